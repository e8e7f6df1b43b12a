import AWS
import Builds
import Caches
import Layers
import OCI
import Registries
import Synchronization

/// The caches of other machines that a command's builds use: what the options say, else the roster.
struct SharedCaches: Sendable {
  private struct Target: Sendable {
    var cache: any CacheTarget
    var option: CacheOption
  }

  /// What builds read; asked once for all of a command's builds.
  let remotes: RemoteCaches
  /// What the builds come by, to be left in the targets.
  let trace = BuildTrace()
  private let sources: [any RemoteCache]
  private let targets: [Target]
  private let images = Images()

  /// - Parameters:
  ///   - options: name caches.
  ///   - roster: what the roster names, where the options name none; read and written.
  init(_ options: CacheOptions, roster: RegistryCache? = nil) throws {
    let (from, to) = (try options.sources(), try options.targets())
    var known: [CacheOption.Place: any RemoteCache & CacheTarget] = [:]
    func cache(_ place: CacheOption.Place) throws -> any RemoteCache & CacheTarget {
      if let known = known[place] { return known }
      let made = try Self.cache(at: place)
      known[place] = made
      return made
    }
    sources = from.isEmpty ? roster.map { [$0] } ?? [] : try from.map { try cache($0.place) }
    targets =
      to.isEmpty
      ? roster.map { [Target(cache: $0, option: CacheOption(place: .registry($0.reference)))] } ?? []
      : try to.map { Target(cache: try cache($0.place), option: $0) }
    remotes = RemoteCaches(sources) { Console.standard.warn($0) }
  }

  private static func cache(at place: CacheOption.Place) throws -> any RemoteCache & CacheTarget {
    switch place {
    case .folder(let directory, let tag): return FolderCache(directory: directory, tag: tag)
    case .registry(let reference):
      return RegistryCache(reference, client: try RegistryAccess.client(for: reference.registry))
    }
  }

  /// The layers of the images that were built, by which `mode=min` is told from `max`.
  private final class Images: Sendable {
    private let state = Mutex<Set<Digest>>([])
    func add(_ image: [Layer]) { state.withLock { $0.formUnion(image.map(\.descriptor.digest)) } }
    var layers: Set<Digest> { state.withLock { $0 } }
  }

  /// Tells of an image that has been built.
  func note(_ image: [Layer]) { images.add(image) }

  /// Leaves what the builds came by in the targets. What fails is a warning, unless the option says otherwise: the image is
  /// there, and the next build only takes longer.
  ///
  /// - Parameters:
  ///   - cache: has the layers that are on this machine.
  ///   - options: what the builds were told to do anew.
  ///   - repositories: of the targets' registry, to which the images were pushed: these lend their layers.
  func export(_ cache: BuildCache, _ options: BuildOptions, mountFrom repositories: [String] = []) async throws {
    guard !targets.isEmpty else { return }
    var export = CacheExport(content: try trace.content(in: cache), blobs: cache.blobs)
    export.mountFrom = repositories
    export.origins = sources
    export.replacesSteps = options.noCache || options.pull
    export.replacesBases = options.pull
    let all = export.content
    for target in targets {
      export.content = target.option.hasAllStages ? all : Self.only(images.layers, of: all)
      do {
        switch try await target.cache.write(export) {
        case .unchanged: log.debug("\(target.cache.name): nothing new")
        case .written(let blobs, let sent):
          Console.standard.note("\(target.cache.name): \(blobs) new layers, \(ByteCount.text(sent)) sent")
        }
      } catch let error as CacheError {
        let text = "the cache \(target.cache.name) was not written: \(error.message)"
        guard target.option.ignoresErrors else {
          throw Failure(error.code == .denied ? .notAllowed : .unavailable, text, hint: error.hint)
        }
        Console.standard.warn(text + (error.hint.map { " (\($0))" } ?? ""))
      }
    }
  }

  /// Without the steps whose layers are in no image that was built.
  private static func only(_ layers: Set<Digest>, of content: CacheContent) -> CacheContent {
    var kept = content
    kept.steps = content.steps.filter { step in step.value.layer.map { layers.contains($0.descriptor.digest) } ?? true }
    kept.bases = content.bases.filter { base in base.value.layers.allSatisfy { layers.contains($0.descriptor.digest) } }
    return kept
  }
}

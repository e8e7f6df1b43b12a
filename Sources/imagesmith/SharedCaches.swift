import Builds
import Caches
import Layers
import OCI
import Registries
import Synchronization

/// The caches of other machines that a command's builds use: what the options say, else the roster.
struct SharedCaches: Sendable {
  /// The cache that the roster names.
  struct OfRoster {
    var cache: any RemoteCache & CacheTarget
    /// Whether cache mounts go there, too.
    var hasMounts: Bool
    /// Whether a build that has made nothing leaves nothing there, so that it need not even ask what is there.
    var isForNewOnly: Bool
  }

  private struct Target: Sendable {
    var cache: any CacheTarget
    var hasAllStages = true
    var hasMounts = false
    var ignoresErrors = true
    var isForNewOnly = false

    init(_ cache: any CacheTarget, _ option: CacheOption) {
      self.cache = cache
      hasAllStages = option.hasAllStages
      hasMounts = option.hasMounts
      ignoresErrors = option.ignoresErrors
    }

    init(_ roster: OfRoster) {
      cache = roster.cache
      hasMounts = roster.hasMounts
      isForNewOnly = roster.isForNewOnly
    }
  }

  /// What builds read; asked once for all of a command's builds.
  let remotes: RemoteCaches
  /// What the builds come by, to be left in the targets.
  let trace = BuildTrace()
  private let sources: [any RemoteCache]
  private let targets: [Target]
  private let scan: SecretScan
  private let images = Images()
  private let warnings = ReadingWarnings()

  /// - Parameters:
  ///   - options: name caches.
  ///   - roster: what the roster names, where the options name none; read and written.
  ///   - scan: knows the layers that have secrets in them: these stay here.
  init(
    _ options: CacheOptions, roster: OfRoster? = nil, _ scan: SecretScan = SecretScan(allowed: [])
  ) throws {
    let (from, to) = (try options.sources(), try options.targets())
    var known: [CacheOption.Place: any RemoteCache & CacheTarget] = [:]
    func cache(_ place: CacheOption.Place) throws -> any RemoteCache & CacheTarget {
      if let known = known[place] { return known }
      // What this command writes itself need not be there yet.
      let made = try Self.cache(at: place, isExpected: !to.contains { $0.place == place })
      known[place] = made
      return made
    }
    sources = from.isEmpty ? [roster?.cache].compactMap(\.self) : try from.map { try cache($0.place) }
    targets = to.isEmpty ? roster.map { [Target($0)] } ?? [] : try to.map { Target(try cache($0.place), $0) }
    self.scan = scan
    let warnings = self.warnings
    remotes = RemoteCaches(sources) { warnings.tell($0) }
  }

  private static func cache(at place: CacheOption.Place, isExpected: Bool) throws -> any RemoteCache & CacheTarget {
    switch place {
    case .folder(let directory, let tag): return FolderCache(directory: directory, tag: tag, isExpected: isExpected)
    case .registry(let reference):
      return RegistryCache(
        reference, client: try RegistryAccess.client(for: reference.registry), isExpected: isExpected)
    }
  }

  /// What has been told of caches that cannot be read: one warning of each is enough.
  private final class ReadingWarnings: Sendable {
    private let texts = Mutex<[String]>([])

    func tell(_ text: String) {
      texts.withLock { $0.append(text) }
      Console.standard.warn(text)
    }

    func speak(of cache: String) -> Bool { texts.withLock { $0.contains { $0.contains(cache) } } }
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
  /// - Throws: `Failure` where the option says so; `CancellationError`.
  func export(_ cache: BuildCache, _ options: BuildOptions, mountFrom repositories: [String] = []) async throws {
    for target in targets where cache.hasGrown || !target.isForNewOnly {
      do {
        let export = try await export(to: target, cache, options, mountFrom: repositories)
        guard case .written(let blobs, let sent) = try await target.cache.write(export) else {
          log.debug("\(target.cache.name): nothing new")
          continue
        }
        let layers = "\(blobs) new layer\(blobs == 1 ? "" : "s")"
        Console.standard.note("\(target.cache.name): \(layers), \(ByteCount.text(sent)) sent")
      } catch {
        try Task.checkCancellation()
        try tell(error, of: target)
      }
    }
  }

  private func export(
    to target: Target, _ cache: BuildCache, _ options: BuildOptions, mountFrom repositories: [String]
  ) async throws -> CacheExport {
    var all = try trace.content(in: cache)
    if target.hasMounts {
      all.mounts = try await cache.packMounts(epoch: Environment.epoch(or: BuildRequest.standardEpoch))
    }
    let (content, refused) = scan.cleared(all)
    for step in refused {
      Console.standard.warn("a layer with a secret in it stays here, and is in no cache: \(step)")
    }
    var export = CacheExport(
      content: target.hasAllStages ? content : Self.only(images.layers, of: content), blobs: cache.blobs)
    export.mountFrom = repositories
    export.origins = sources
    export.replacesSteps = options.noCache || options.pull
    export.replacesBases = options.pull
    return export
  }

  /// - Throws: `Failure` where the option wants that.
  private func tell(_ error: any Error, of target: Target) throws {
    let cause = Failure(error)
    let text = "the cache \(target.cache.name) was not written: \(cause?.message ?? "\(error)")"
    guard target.ignoresErrors else {
      throw Failure(cause?.exitCode ?? .unavailable, text, hint: cause?.hint)
    }
    let isKnown = (error as? CacheError)?.code != .notWritten && warnings.speak(of: target.cache.name)
    if isKnown { log.debug("\(text)") } else { Console.standard.warn(text + (cause?.hint.map { " (\($0))" } ?? "")) }
  }

  /// Without the steps whose layers are in no image that was built.
  private static func only(_ layers: Set<Digest>, of content: CacheContent) -> CacheContent {
    var kept = content
    kept.steps = content.steps.filter { step in step.value.layer.map { layers.contains($0.descriptor.digest) } ?? true }
    kept.bases = content.bases.filter { base in base.value.layers.allSatisfy { layers.contains($0.descriptor.digest) } }
    return kept
  }
}

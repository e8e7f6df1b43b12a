import Dockerfiles
import Foundation
import Layers
import Native
import OCI
import Sandboxes
import Synchronization
import Testing

@testable import Builds

/// A build context and a cache of their own for one test, and builds with a real runtime.
struct Workbench {
  let folder: TemporaryFolder
  /// Of the context.
  var context: String { folder.path + "/context" }
  var cache: String
  /// What a RUN is given; by default the machine's runtime.
  var sandbox: (@Sendable () throws -> any Sandbox)?
  /// What knows steps and layers that `cache` does not have.
  var remotes: [any RemoteCache] = []
  /// Where `localhost/tiny` is; nil for a layout of this machine, which is looked at by each build.
  var registry: CountingBases?
  /// Folders in which programs are looked for before the machine's.
  var programs = ""
  /// Told of every event, besides the outcome.
  var report: @Sendable (BuildEvent) -> Void = { _ in }

  init(_ files: [String: String] = [:], cacheIn parent: String? = nil) throws {
    folder = try TemporaryFolder()
    cache = (parent ?? folder.path) + "/cache"
    try folder.write(["context/": ""])
    try write(files)
  }

  func write(_ files: [String: String]) throws {
    try folder.write(Dictionary(uniqueKeysWithValues: files.map { ("context/" + $0.key, $0.value) }))
  }

  /// What a build has come to.
  struct Outcome {
    var image: BuiltImage
    var cache: BuildCache
    var folder: TemporaryFolder
    var events: [BuildEvent]
    /// What `--cache-to` would write.
    var content: CacheContent

    /// What the commands of RUN wrote.
    var output: String {
      let bytes = events.flatMap { event -> [UInt8] in
        if case .output(_, let bytes) = event { bytes } else { [] }
      }
      return String(decoding: bytes, as: UTF8.self)
    }

    var warnings: [String] { events.compactMap { if case .warning(let text) = $0 { text } else { nil } } }

    /// The numbers of the steps that came from the cache.
    var cached: [Int] {
      events.compactMap { if case .ended(let step, .cached, _) = $0 { step.number } else { nil } }
    }

    func tree() async throws -> TreeView { try await StageTree(image.layers, cache: cache).view() }

    /// The content of a file of the image.
    func text(_ path: String) async throws -> String? {
      try await tree().read(path).map { String(decoding: $0, as: UTF8.self) }
    }

    func status(_ path: String) async throws -> FileStatus? {
      guard let path = LayerPath(path) else { return nil }
      return try await tree().node(at: path)?.status
    }

    /// The paths in the last layer.
    func lastLayer() throws -> [String] {
      let layer = try #require(image.layers.last)
      let path = try cache.snapshots.directory(for: layer, from: cache.blobs)
      return try TreeWalker(root: path, form: .overlay(.trusted)).entries().map { "\($0.path)" }
    }
  }

  func build(_ dockerfile: String, _ change: (inout BuildRequest) -> Void = { _ in }) async throws -> Outcome {
    var request = BuildRequest(
      dockerfile: try Dockerfile.parse(dockerfile), context: try BuildContext(directory: context),
      namedContexts: ["localhost/tiny": .image("oci:\(try TinyBase.layout.get())")])
    if registry != nil { request.namedContexts = [:] }
    change(&request)
    let events = Mutex<[BuildEvent]>([])
    let remotes = RemoteCaches(remotes) { text in events.withLock { $0.append(.warning(text)) } }
    let cache = try BuildCache(directory: cache, remotes: remotes)
    let trace = BuildTrace()
    let path = (programs.isEmpty ? "" : programs + ":") + (ProcessInfo.processInfo.environment["PATH"] ?? "")
    let builder = ImageBuilder(
      cache: cache, bases: registry ?? LayoutBase(), path: path, trace: trace,
      sandbox: sandbox ?? { try OCIRuntime.find(path: path) },
      report: { event in
        events.withLock { $0.append(event) }
        report(event)
      })
    let image = try await builder.build(request)
    return Outcome(
      image: image, cache: cache, folder: folder, events: events.withLock { $0 }, content: try trace.content(in: cache))
  }

  /// The error of a build that must fail.
  func failure(_ dockerfile: String, _ change: (inout BuildRequest) -> Void = { _ in }) async throws -> BuildError {
    try #require(await #expect(throws: BuildError.self) { try await build(dockerfile, change) })
  }

  /// Bytes that the cache's files and folders take on the disk.
  func diskUse() throws -> Int { try FileTreeSize.of(cache) }

  /// Whether anything is left that belongs to one step alone.
  var isClean: Bool {
    get throws {
      let work = try FileManager.default.contentsOfDirectory(atPath: cache + "/work")
      let mounts = try String(contentsOfFile: "/proc/mounts", encoding: .utf8)
      return work.isEmpty && !mounts.contains(cache)
    }
  }
}

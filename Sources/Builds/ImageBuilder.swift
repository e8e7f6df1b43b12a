import Dockerfiles
import Layers
import Native
import OCI
import Sandboxes

/// What a build has made, its layers in the cache's store.
package struct BuiltImage: Sendable, Equatable {
  package var config: ImageConfig
  /// Lowest first.
  package var layers: [Layer]
  package var annotations: [String: String]
}

/// Turns a Dockerfile into an image: stage by stage, step by step, each from the cache where its inputs are the same.
package struct ImageBuilder: Sendable {
  let cache: BuildCache
  let bases: any BaseSource
  /// Asked for when the first RUN has to run.
  let sandbox: @Sendable () async throws -> any Sandbox
  /// Where programs such as mmdebstrap are looked for.
  let path: String
  let trace: BuildTrace
  let report: @Sendable (BuildEvent) -> Void

  /// - Parameter trace: gets what the build comes by; several builds may share one.
  package init(
    cache: BuildCache, bases: any BaseSource, path: String,
    trace: BuildTrace = BuildTrace(), sandbox: @escaping @Sendable () async throws -> any Sandbox,
    report: @escaping @Sendable (BuildEvent) -> Void
  ) {
    self.cache = cache
    self.trace = trace
    self.bases = bases
    self.path = path
    self.sandbox = sandbox
    self.report = report
  }

  /// Where programs are looked for in an image that sets no PATH; Docker's.
  static let standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  /// Builds the target and what it needs. A damaged layer in the cache is dropped and made again.
  ///
  /// - Throws: `BuildError`, `DockerfileError`, `SandboxError`, `LayerError`; `CancellationError` when the task was
  ///   cancelled. Steps that were done before are in the cache.
  package func build(_ request: BuildRequest) async throws -> BuiltImage {
    defer { cache.fileIndexes.save() }
    var dropped: Set<Digest> = []
    var lost: Set<Digest> = []
    while true {
      do {
        let image = try await attempt(request)
        if request.needsLayers { try await cache.fetch(image.layers) }
        return image
      } catch let spoilt as SpoiltLayer {
        let digest = spoilt.layer.descriptor.digest
        // One that was fetched, and is spoilt though its digest is right, would come again.
        if !dropped.insert(digest).inserted {
          guard await cache.remotes.has(spoilt.layer) else { throw spoilt.cause }
          cache.remotes.forget(digest)
        }
        try cache.blobs.remove(digest)
        report(.warning("the layer \(digest.short) in the cache is damaged; it is made again"))
      } catch let missing as LostLayer {
        let digest = missing.layer.descriptor.digest
        guard lost.insert(digest).inserted else { throw missing.error }
        report(.warning("the layer \(digest.short) cannot be had (\(missing.cause)); it is made again"))
      }
    }
  }

  private func attempt(_ request: BuildRequest) async throws -> BuiltImage {
    let platform = PredefinedArgs.platformValues(
      build: Platform.host.description, target: request.platform.description, stage: request.target)
    let globals = try StageGraph.globalArguments(
      of: request.dockerfile, buildArguments: request.arguments, platform: platform)
    let graph = try StageGraph(request.dockerfile, globals: globals)
    let schedule = try StageSchedule(graph, target: request.target, replaced: Set(request.namedContexts.keys))
    let inProgress = StepsInProgress()
    let stages = try await schedule.run { index, earlier in
      var stage = StageBuilder(
        index, of: request, graph: graph, globals: globals, earlier: earlier, builder: self, inProgress: inProgress)
      return try await stage.build()
    }
    warnOfUnused(
      request.arguments,
      declared: stages.values.reduce(into: Set(globals.keys)) {
        $0.formUnion($1.variables.declared)
      })
    guard let last = schedule.order.last.flatMap({ stages[$0] }) else {
      throw BuildError(
        code: .input, message: "the target \(request.target ?? "") is replaced by a build context",
        hint: "name another target, or take --build-context away")
    }
    var config = last.config
    if !request.labels.isEmpty {
      var container = config.config ?? ContainerConfig()
      container.labels = (container.labels ?? [:]).merging(request.labels) { $1 }
      config.config = container
    }
    config.rootfs = RootFS(diffIDs: last.layers.map(\.diffID))
    return BuiltImage(config: config, layers: last.layers, annotations: request.annotations)
  }

  private func warnOfUnused(_ arguments: [String: String], declared: Set<String>) {
    let unused = arguments.keys.filter { !declared.contains($0) && !PredefinedArgs.contains($0) }.sorted()
    guard !unused.isEmpty else { return }
    let names = unused.joined(separator: ", ")
    report(.warning("no ARG of the stages that are built takes --build-arg \(names)"))
  }
}

/// A stage whose layers are all written.
struct FinishedStage: Sendable {
  var config: ImageConfig
  var variables: StageVariables
  var layers: [Layer]
  /// Stands for all that the stage's tree was made of.
  var key: StepKey
}

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
  let sandbox: @Sendable () throws -> any Sandbox
  /// Where programs such as mmdebstrap are looked for.
  let path: String
  let report: @Sendable (BuildEvent) -> Void

  package init(
    cache: BuildCache, bases: any BaseSource, path: String, sandbox: @escaping @Sendable () throws -> any Sandbox,
    report: @escaping @Sendable (BuildEvent) -> Void
  ) {
    self.cache = cache
    self.bases = bases
    self.path = path
    self.sandbox = sandbox
    self.report = report
  }

  /// Builds the target and what it needs.
  ///
  /// - Throws: `BuildError`, `DockerfileError`, `SandboxError`, `LayerError`; `CancellationError` when the task was
  ///   cancelled. Steps that were done before are in the cache.
  package func build(_ request: BuildRequest) async throws -> BuiltImage {
    let platform = PredefinedArgs.platformValues(
      build: Platform.host.description, target: request.platform.description, stage: request.target)
    let globals = try StageGraph.globalArguments(
      of: request.dockerfile, buildArguments: request.arguments, platform: platform)
    let graph = try StageGraph(request.dockerfile, globals: globals)
    let target = try graph.target(request.target)
    var stages: [Int: FinishedStage] = [:]
    for index in try graph.reachable(target: request.target) {
      var stage = StageBuilder(index, of: request, graph: graph, globals: globals, earlier: stages, builder: self)
      stages[index] = try await stage.build()
    }
    guard let last = stages[target] else {
      throw BuildError(code: .input, message: "the target was not built")
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
}

/// A stage whose layers are all written.
struct FinishedStage: Sendable {
  var config: ImageConfig
  var layers: [Layer]
  /// Stands for all that the stage's tree was made of.
  var key: StepKey
}

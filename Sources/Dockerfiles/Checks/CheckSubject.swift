/// What the checks look at: a Dockerfile, and what a build would make of it.
struct CheckSubject {
  let dockerfile: Dockerfile
  let inputs: CheckInputs
  /// Nil where a FROM cannot be expanded.
  let graph: StageGraph?
  /// The arguments before the first FROM, with the platform's.
  let globals: [String: String]
  /// Of the stages that are checked, in the order of the file.
  let steps: [CheckedStep]
  /// The target, and the stages that it stands on: what they write is in the image.
  let imageStages: Set<Int>

  /// - Returns: also the error that ends a build before its first step, if one does.
  static func make(
    _ dockerfile: Dockerfile, _ inputs: CheckInputs
  ) -> (subject: CheckSubject, error: DockerfileError?) {
    var globals = inputs.platform
    var graph: StageGraph?
    var steps: [CheckedStep] = []
    var imageStages: Set<Int> = []
    var error: DockerfileError?
    do throws(DockerfileError) {
      globals = try StageGraph.globalArguments(
        of: dockerfile, buildArguments: inputs.buildArguments, platform: inputs.platform)
      let found = try StageGraph(dockerfile, globals: globals)
      graph = found
      imageStages = found.bases(of: try found.target(inputs.target))
      let needed = try found.reachable(target: inputs.target)
      let isWhole = inputs.checksAllStages && inputs.target?.isEmpty ?? true
      var walk = StageWalk(dockerfile, inputs, graph: found, globals: globals)
      steps = try walk.steps(of: isWhole ? Array(dockerfile.stages.indices) : needed)
    } catch let failure {
      error = failure
    }
    let subject = CheckSubject(
      dockerfile: dockerfile, inputs: inputs, graph: graph, globals: globals, steps: steps, imageStages: imageStages)
    return (subject, error)
  }

  /// Every instruction, those before the first FROM too, but no FROM.
  var instructions: [Instruction] { dockerfile.preamble + dockerfile.stages.flatMap(\.instructions) }
}

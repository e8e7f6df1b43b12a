/// Goes through the stages of a Dockerfile as a build does, without doing anything.
struct StageWalk {
  /// What a stage is at one of its instructions.
  struct State {
    var variables: StageVariables
    /// Absolute, as if the base's were `/`.
    var directory: String
    /// Whether all that the base sets is known.
    var isBaseKnown: Bool
    /// Whether the file itself has set them, in this stage or one below it.
    var hasWorkdir = false
    var hasShell = false
  }

  let dockerfile: Dockerfile
  let inputs: CheckInputs
  let globals: [String: String]
  private let graph: StageGraph
  private var finished: [Int: State] = [:]
  private var suggestions = Suggestions()
  /// How many variables may be handed on from stage to stage: a file can make that grow by the square of its size.
  private var budget = 10_000_000

  init(_ dockerfile: Dockerfile, _ inputs: CheckInputs, graph: StageGraph, globals: [String: String]) {
    self.dockerfile = dockerfile
    self.inputs = inputs
    self.graph = graph
    self.globals = globals
  }

  /// The instructions of the stages, in the order of the file.
  ///
  /// - Throws: `.expansion` for a word that cannot be expanded, whatever the base brings.
  mutating func steps(of stages: [Int]) throws(DockerfileError) -> [CheckedStep] {
    var steps: [CheckedStep] = []
    for index in stages.sorted() {
      var state = start(of: index)
      budget -= state.variables.count
      guard budget > 0 else { return steps }
      for instruction in dockerfile.stages[index].instructions {
        var step = CheckedStep(
          stage: index, instruction: instruction, directory: state.directory, hasWorkdir: state.hasWorkdir,
          hasShell: state.hasShell)
        step.unset = try look(at: instruction, &state, &step).map { name in
          CheckedStep.Unset(name: name, suggestion: suggestions.nearest(to: name, among: state.variables.names))
        }
        if !state.isBaseKnown { step.unset.removeAll { $0.mayComeFromBase } }
        steps.append(step)
      }
      finished[index] = state
    }
    return steps
  }

  private func start(of index: Int) -> State {
    switch graph.bases[index].source {
    case .stage(let base):
      return finished[base]
        ?? State(variables: StageVariables(environment: ["PATH="]), directory: "/", isBaseKnown: false)
    case .scratch:
      return State(variables: StageVariables(environment: ["PATH="]), directory: "/", isBaseKnown: true)
    case .image(let name):
      // A build sets PATH where the base does not.
      let base = inputs.base(name)
      return State(
        variables: StageVariables(environment: ["PATH="] + (base?.environment ?? [])), directory: "/",
        isBaseKnown: base != nil)
    }
  }

  /// Expands what a build would, carries out ARG and ENV, and notes in `step` what checks ask for.
  ///
  /// - Returns: the variables that nothing sets, in order, each once.
  private func look(
    at instruction: Instruction, _ state: inout State, _ step: inout CheckedStep
  ) throws(DockerfileError) -> [String] {
    var expansion = StepExpansion(dockerfile.expander, state)
    switch instruction.kind {
    case .arg(let arg):
      for argument in arg.arguments {
        try expansion.expand([argument.name] + [argument.value].compactMap { $0 })
      }
      try carryOut(&state) { state throws(DockerfileError) in
        try state.variables.declare(
          arg, buildArguments: inputs.buildArguments, globals: globals, expander: dockerfile.expander)
      }
    case .env(let env):
      try expansion.expand(env.variables.flatMap { [$0.key, $0.value] })
      try carryOut(&state) { state throws(DockerfileError) in
        try state.variables.set(env, expander: dockerfile.expander)
      }
    case .label(let label): try expansion.expand(label.labels.flatMap { [$0.key, $0.value] })
    case .copy(let copy):
      try expansion.expand([copy.chown, copy.chmod].compactMap { $0 } + copy.exclude)
      try expansion.expand(copy.sources, &step)
    case .add(let add):
      try expansion.expand([add.chown, add.chmod, add.checksum].compactMap { $0 } + add.exclude)
      try expansion.expand(add.sources, &step)
    case .run(let run):
      try expansion.expand(run, &step)
    case .expose(let expose):
      for port in expose.ports { step.words += try expansion.words(port) }
    case .workdir(let workdir):
      step.words = [try expansion.text(workdir.directory)]
      state.directory = step.absolute(step.words[0])
      state.hasWorkdir = true
    case .user(let user): try expansion.expand([user.user])
    case .volume(let volume): try expansion.expand(volume.paths)
    case .stopsignal(let stopsignal): try expansion.expand([stopsignal.signal])
    case .shell: state.hasShell = true
    case .cmd, .entrypoint, .healthcheck, .maintainer, .onbuild: break
    }
    return expansion.unset
  }

  /// Where a base that is not known may set what an instruction asks for, the instruction is passed over.
  private func carryOut<Result>(
    _ state: inout State, _ body: (inout State) throws(DockerfileError) -> Result
  ) throws(DockerfileError) {
    do throws(DockerfileError) {
      _ = try body(&state)
    } catch  where !state.isBaseKnown && error.code == .expansion {}
  }
}

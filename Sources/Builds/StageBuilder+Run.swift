import Dockerfiles
import Layers
import Native
import Sandboxes

extension StageBuilder {
  /// RUN: in the sandbox, over the tree so far; what it changes is packed while the next step goes on.
  mutating func run(
    _ run: RunInstruction, _ instruction: Instruction, _ step: Step
  ) async throws -> BuildEvent.Outcome {
    let prepared = try await prepare(run)
    var hasher = try hasher("run", onto: key)
    try prepared.addInputs(to: &hasher)
    let stepKey = try hasher.finish()
    addHistory(history(of: run, prepared), isEmpty: false)
    if let record = cached(stepKey) {
      try take(record, key: stepKey)
      return .cached
    }
    let sandbox = try builder.sandbox()
    let directories = try await tree.directories()
    let area = try builder.cache.makeWorkArea()
    do {
      try await execute(prepared, in: sandbox, over: directories, area, instruction, step)
    } catch {
      area.remove()
      throw error
    }
    let report = builder.report
    tree.append(
      .writing(
        PendingLayer(
          area: area, key: stepKey, instruction: instruction.source, blobs: builder.cache.blobs,
          compression: request.compression, epoch: request.epoch, notice: { report(.warning($0)) })))
    try advance(by: stepKey)
    return .done
  }

  private func execute(
    _ prepared: RunStep, in sandbox: any Sandbox, over directories: [String], _ area: WorkArea,
    _ instruction: Instruction, _ step: Step
  ) async throws {
    let secretFolder = try SecretFolder(area: area)
    let command = try prepared.command(
      in: TreeView(directories), secrets: request.secrets, area: area, cache: builder.cache,
      secretFolder: secretFolder)
    let tail = OutputTail(lines: 30)
    let report = builder.report
    let status = try await sandbox.run(
      command, on: RootFilesystem(lower: directories), workspace: area.workspace
    ) { bytes in
      tail.append(bytes)
      report(.output(step: step, bytes: Array(bytes)))
    }
    _ = consume secretFolder
    guard status == .exited(0) else {
      throw BuildError(
        code: .commandFailed(status: status.code),
        message: "\(step.label) RUN ended with status \(status.code): \(instruction.source.prefix(200))",
        hint: Self.hint(for: status), output: tail.text)
    }
  }

  private static func hint(for status: ChildProcess.Status) -> String? {
    switch status {
    case .exited(127): "127 means that a program was not found: is it installed by a step before?"
    case .exited(126): "126 means that a file cannot be run: is it executable, and for this platform?"
    case .exited(137), .killed(signal: 9): "it was killed: did the machine run out of memory?"
    default: nil
    }
  }

  private func prepare(_ run: RunInstruction) async throws -> RunStep {
    guard run.security != .insecure else {
      throw BuildError(
        code: .unsupported, message: "RUN --security=insecure is not allowed here",
        hint: "take the flag away: RUN has docker's default capabilities")
    }
    let environment = container.env ?? []
    let mounts = try run.mounts.map {
      try Mount($0, expander: request.dockerfile.expander) { scope.value(of: $0, environment: environment) }
    }
    var trees: [Int: (directories: [String], key: StepKey)] = [:]
    for (number, mount) in mounts.enumerated() where mount.kind == .bind {
      let from = run.mounts[number].from
      let source = try await source(from)
      trees[number] = (source.directories, try await source.contentKey())
    }
    let arguments: [String]
    switch run.script {
    case .command(let form): arguments = RunCommand.arguments(form, shell: container.shell)
    case .executable(let name, let content):
      // The shell writes the script to a file and gives way to it, as a heredoc with a #! line asks for.
      let script = "cat >/tmp/\(name) && chmod 0755 /tmp/\(name) && /tmp/\(name); s=$?; rm -f /tmp/\(name); exit $s"
      arguments = RunCommand.standardShell + ["\(script) <<'\(name)'\n\(content)\(name)\n"]
    }
    return RunStep(
      arguments: arguments, environment: scope.environment(over: environment),
      workingDirectory: container.workingDir ?? "/", user: container.user ?? "", mounts: mounts, trees: trees,
      network: run.network ?? .default)
  }

  /// As BuildKit writes it: the ARGs that the command saw, and the command.
  private func history(of run: RunInstruction, _ prepared: RunStep) -> String {
    let arguments = scope.arguments.filter { !PredefinedArgs.contains($0.name) }.map { "\($0.name)=\($0.value)" }
    let command =
      switch run.script {
      case .command(.exec(let words)): words.joined(separator: " ")
      default: prepared.arguments.joined(separator: " ")
      }
    let prefix = arguments.isEmpty ? "" : "|\(arguments.count) \(arguments.joined(separator: " ")) "
    return "RUN \(prefix)\(command) # buildkit"
  }
}

import Dockerfiles
import Layers
import Native
import Sandboxes

extension StageBuilder {
  /// RUN: in the sandbox, over the tree so far; what it changes is packed while the next step goes on.
  mutating func run(
    _ run: RunInstruction, _ step: Step, _ place: StepPlace
  ) async throws -> BuildEvent.Outcome {
    let prepared = try await prepare(run)
    var hasher = try hasher("run", onto: key)
    try await prepared.addInputs(to: &hasher, builder.cache)
    let (stepKey, inputs) = try hasher.finishWithInputs()
    addHistory(history(of: run, prepared), isEmpty: false)
    // Another stage may be doing the same.
    if request.usesCache { await inProgress.begin(stepKey) }
    var isOurs = request.usesCache
    defer { if isOurs { end(stepKey) } }
    let kept = try await cached(stepKey)
    try account(for: stepKey, inputs, isCached: kept != nil)
    if let record = kept {
      if let layer = record.layer { tree.append(.finished(layer)) }
      try advance(by: stepKey.hex)
      return .cached
    }
    try Emulation.requireRunnable(config.platform, on: .host)
    let sandbox = try await builder.sandbox()
    let directories = try await tree.directories()
    let area = try builder.cache.makeWorkArea()
    let workspace = Workspace(path: area.path)
    try await execute(prepared, in: sandbox, over: directories, workspace, step)
    let marks = builder.cache.snapshots.marks
    let upper = OverlayUpper(workspace.upper, marks: marks, epoch: request.epoch)
    try await BlockingPool.shared.run { try upper.settle(over: directories) }
    let report = builder.report
    let walker = TreeWalker(root: workspace.upper, form: .overlay(marks), notice: { report(.warning($0)) })
    report(.packing(step: step))
    let trace = builder.trace
    let pending = PendingLayer(
      of: walker, area, request: request, cache: builder.cache, key: stepKey, instruction: step.text, place: place
    ) { record in
      trace.note(record, of: stepKey)
      report(.packed(step: step, bytes: record.layer?.descriptor.size ?? 0))
    }
    tree.append(.pending(pending))
    if isOurs {
      isOurs = false
      let inProgress = inProgress
      Task {
        await pending.end()
        await inProgress.end(stepKey)
      }
    }
    // The layer is not known yet, so what follows depends on the step.
    try advance(by: stepKey.hex)
    return .done
  }

  private func end(_ key: StepKey) {
    let inProgress = inProgress
    Task { await inProgress.end(key) }
  }

  private func execute(
    _ prepared: RunStep, in sandbox: any Sandbox, over directories: [String], _ workspace: Workspace, _ step: Step
  ) async throws {
    let view = TreeView(directories, marks: builder.cache.snapshots.marks)
    var mounts = RunMounts(prepared, over: view, in: workspace.path, builder.cache)
    try await mounts.prepare(secrets: request.secrets, agents: request.agents)
    let command = try prepared.command(with: mounts, proxies: proxies)
    let tail = OutputTail(lines: 30)
    let report = builder.report
    let output: @Sendable (UnsafeRawBufferPointer) -> Void = { bytes in
      tail.append(bytes)
      report(.output(step: step, bytes: Array(bytes)))
    }
    let status =
      if sandbox.joinsLayers {
        try await sandbox.run(
          command, on: RootFilesystem(lower: directories), workspace: workspace, output: output)
      } else {
        try await root.run(
          command, in: sandbox, over: directories, workspace, builder.cache, output: output)
      }
    mounts.release()
    guard status == .exited(0) else {
      throw BuildError(
        code: .commandFailed(status: status.code),
        message: "\(step.label) RUN ended with status \(status.code): \(step.text.prefix(200))",
        hint: Self.hint(for: status, tail.text), output: tail.text)
    }
  }

  private static func hint(for status: ChildProcess.Status, _ output: String) -> String? {
    switch status {
    case _ where output.contains("No space left on device"):
      "make room on the disk of the cache, or name another folder in IMAGESMITH_HOME"
    case _ where UserNamespace.hasOneUser && (output.contains("Invalid argument") || output.contains("not permitted")):
      "this user has one id, so no file can belong to another: apt-get install uidmap, and ranges in /etc/subuid"
    case .exited(127): "127 means that a program was not found: is it installed by a step before?"
    case .exited(126): "126 means that a file cannot be run: is it executable, and for this platform?"
    case .exited(137), .killed(signal: 9): "it was killed: did the machine run out of memory?"
    default: nil
    }
  }

  /// What every RUN sees of `--build-arg`, declared or not, and what no key depends on.
  private var proxies: [String] {
    request.arguments.filter { PredefinedArgs.proxy.contains($0.key) && variables[$0.key] == nil }
      .map { "\($0.key)=\($0.value)" }.sorted()
  }

  private func prepare(_ run: RunInstruction) async throws -> RunStep {
    guard run.security != .insecure || request.allowsInsecure else {
      throw BuildError(
        code: .input, message: "RUN --security=insecure is not allowed",
        hint: "allow it with --allow security.insecure, or take the flag away: RUN has docker's default capabilities")
    }
    guard run.devices.isEmpty else {
      throw BuildError(code: .unsupported, message: "RUN --device is not done by this version")
    }
    let expander = request.dockerfile.expander
    var mounts: [RunStep.MountedSource] = []
    for options in run.mounts {
      let mount = try Mount(options, expander: expander) { variables[$0] }
      let hasSource = mount.kind == .bind || mount.kind == .cache && options.from != nil
      mounts.append(.init(mount: mount, source: hasSource ? try await source(options.from) : nil))
    }
    let (arguments, script): ([String], String?) =
      switch run.script {
      case .command(let form): (form.arguments(shell: container.shell), nil)
      case .executable(_, let content): ([RunStep.scriptPath], content)
      }
    return RunStep(
      arguments: arguments, script: script, environment: variables.runEnvironment, declared: Set(variables.declared),
      workingDirectory: container.workingDir ?? "/", user: container.user ?? "", mounts: mounts,
      network: run.network ?? request.network, isPrivileged: run.security == .insecure, limits: request.limits)
  }

  /// As BuildKit writes it: the ARGs that the command saw, and the command.
  private func history(of run: RunInstruction, _ prepared: RunStep) -> String {
    let declared = variables.declaredValues
    let prefix = declared.isEmpty ? "" : "|\(declared.count) \(declared.joined(separator: " ")) "
    let command =
      switch run.script {
      // BuildKit hands the file to the shell.
      case .executable(let name, _):
        CommandForm.shell("/dev/pipes/\(name)").arguments(shell: container.shell).joined(separator: " ")
      case .command: prepared.arguments.joined(separator: " ")
      }
    return "RUN \(prefix)\(command) # buildkit"
  }
}

import Dockerfiles
import Layers
import Native
import OCI

extension StageBuilder {
  /// An instruction that changes the configuration alone.
  mutating func configure(_ instruction: Instruction) throws -> BuildEvent.Outcome {
    var container = self.container
    var createdBy = instruction.source
    switch instruction.kind {
    case .env(let env):
      var texts: [String] = []
      // All of one ENV see the variables as they were before it.
      for pair in env.variables {
        let (name, value) = (try expand(pair.key), try expand(pair.value))
        texts.append("\(name)=\(value)")
        var variables = container.env ?? []
        if let index = variables.firstIndex(where: { $0.hasPrefix(name + "=") }) {
          variables[index] = "\(name)=\(value)"
        } else {
          variables.append("\(name)=\(value)")
        }
        container.env = variables
      }
      createdBy = "ENV " + texts.joined(separator: " ")
    case .arg(let arg):
      var texts: [String] = []
      for argument in arg.arguments {
        let name = try expand(argument.name)
        scope.declare(name, default: try argument.value.map { try expand($0) })
        let value = scope.arguments.first { $0.name == name }?.value
        texts.append(value.map { "\(name)=\($0)" } ?? name)
      }
      createdBy = "ARG " + texts.joined(separator: " ")
    case .label(let label):
      var texts: [String] = []
      for pair in label.labels {
        let (name, value) = (try expand(pair.key), try expand(pair.value))
        texts.append("\(name)=\(value)")
        container.labels = (container.labels ?? [:]).merging([name: value]) { $1 }
      }
      createdBy = "LABEL " + texts.joined(separator: " ")
    case .user(let user):
      container.user = try expand(user.user)
      createdBy = "USER \(container.user ?? "")"
    case .expose(let expose):
      let ports = try ExposedPorts.parse(expose.ports.flatMap { try expandWords($0) })
      container.exposedPorts = (container.exposedPorts ?? [:]).merging(ports) { $1 }
      createdBy = "EXPOSE map[\(ports.keys.sorted().map { "\($0):{}" }.joined(separator: " "))]"
    case .volume(let volume):
      let paths = try volume.paths.map { try expand($0) }
      for path in paths { container.volumes = (container.volumes ?? [:]).merging([path: EmptyObject()]) { $1 } }
      createdBy = "VOLUME [\(paths.joined(separator: " "))]"
    case .entrypoint(let entrypoint):
      container.entrypoint = RunCommand.arguments(entrypoint.command, shell: container.shell)
      // A command that the base had belongs to the base's entry point.
      if !hasOwnCommand { container.cmd = nil }
      createdBy = "ENTRYPOINT " + Self.list(container.entrypoint ?? [])
    case .cmd(let cmd):
      container.cmd = RunCommand.arguments(cmd.command, shell: container.shell)
      hasOwnCommand = true
      createdBy = "CMD " + Self.list(container.cmd ?? [])
    case .shell(let shell):
      container.shell = shell.arguments
      createdBy = "SHELL [\(shell.arguments.joined(separator: " "))]"
    case .stopsignal(let stopsignal):
      container.stopSignal = try expand(stopsignal.signal)
      createdBy = "STOPSIGNAL \(container.stopSignal ?? "")"
    case .healthcheck(let healthcheck): container.healthcheck = Self.healthcheck(healthcheck)
    case .onbuild(let onbuild): container.onBuild = (container.onBuild ?? []) + [onbuild.trigger]
    case .maintainer: config.author = String(instruction.source.dropFirst("MAINTAINER".count).drop { $0 == " " })
    case .run, .copy, .add, .workdir: break
    }
    self.container = container
    addHistory(createdBy, isEmpty: true)
    return .configured
  }

  /// WORKDIR: the folder is made where the tree does not have it.
  mutating func workdir(_ workdir: WorkdirInstruction) async throws -> BuildEvent.Outcome {
    let path = absolute(try expand(workdir.directory))
    container.workingDir = path
    let owner = container.user ?? ""
    var hasher = try hasher("workdir", onto: key)
    try hasher.add([path, owner])
    let stepKey = try hasher.finish()
    if let record = cached(stepKey) {
      addHistory("WORKDIR \(path)", isEmpty: record.layer == nil)
      try take(record, key: stepKey)
      return .cached
    }
    let below = try await tree.view()
    let identity = owner.isEmpty ? nil : try UserDatabase(below).identity(of: owner)
    var parents = ParentDirectories(below: below)
    let target = try parents.resolve(path)
    var layer: Layer?
    if try !parents.isDirectory(target) {
      try parents.need(target)
      let entries = try parents.entries.map { entry in
        var entry = entry
        if let identity, try below.node(at: entry.path) == nil { (entry.uid, entry.gid) = (identity.uid, identity.gid) }
        return entry
      }
      layer = try await writeLayer(LayerEntry.inLayerOrder(entries))
    }
    let record = StepCache.Record(layer: layer, instruction: "WORKDIR \(path)")
    try builder.cache.steps.keep(record, for: stepKey)
    addHistory("WORKDIR \(path)", isEmpty: layer == nil)
    try take(record, key: stepKey)
    return .done
  }

  private static func list(_ words: [String]) -> String {
    "[" + words.map { "\"\($0)\"" }.joined(separator: " ") + "]"
  }

  private static func healthcheck(_ instruction: HealthcheckInstruction) -> Healthcheck {
    guard let command = instruction.command else { return Healthcheck(test: ["NONE"]) }
    var healthcheck: Healthcheck
    switch command {
    case .exec(let words): healthcheck = Healthcheck(test: ["CMD"] + words)
    case .shell(let line): healthcheck = Healthcheck(test: ["CMD-SHELL", line])
    }
    func given(_ value: Int64) -> Int? { value == 0 ? nil : Int(value) }
    healthcheck.interval = given(instruction.interval)
    healthcheck.timeout = given(instruction.timeout)
    healthcheck.startPeriod = given(instruction.startPeriod)
    healthcheck.startInterval = given(instruction.startInterval)
    healthcheck.retries = instruction.retries == 0 ? nil : instruction.retries
    return healthcheck
  }
}

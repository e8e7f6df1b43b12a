import Dockerfiles
import OCI

extension StageBuilder {
  /// An instruction that changes the configuration alone.
  mutating func configure(_ instruction: Instruction) throws -> BuildEvent.Outcome {
    let expander = request.dockerfile.expander
    var container = self.container
    var createdBy = instruction.source
    switch instruction.kind {
    case .env(let env):
      createdBy = "ENV " + (try variables.set(env, expander: expander)).joined(separator: " ")
      container.env = variables.environment
    case .arg(let arg):
      let declared = try variables.declare(
        arg, buildArguments: request.arguments, globals: globals, expander: expander)
      createdBy = "ARG " + declared.joined(separator: " ")
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
      let words = try expose.ports.flatMap { word in try expander.expandWords(word) { variables[$0] } }
      let ports = try words.flatMap(ExposedPorts.named(by:))
      for port in ports {
        container.exposedPorts = (container.exposedPorts ?? [:]).merging([port: EmptyObject()]) { $1 }
      }
      createdBy = "EXPOSE " + GoText.plain(ports)
    case .volume(let volume):
      let paths = try volume.paths.map(expand)
      for path in paths { container.volumes = (container.volumes ?? [:]).merging([path: EmptyObject()]) { $1 } }
      createdBy = "VOLUME " + GoText.plain(paths)
    case .entrypoint(let entrypoint):
      let words = entrypoint.command.arguments(shell: container.shell)
      container.entrypoint = words.isEmpty ? nil : words
      // A command that the base had belongs to the base's entry point.
      if !hasOwnCommand { container.cmd = nil }
      createdBy = "ENTRYPOINT " + GoText.quoted(words)
    case .cmd(let cmd):
      let words = cmd.command.arguments(shell: container.shell)
      container.cmd = words.isEmpty ? nil : words
      hasOwnCommand = true
      createdBy = "CMD " + GoText.quoted(words)
    case .shell(let shell):
      container.shell = shell.arguments
      createdBy = "SHELL " + GoText.plain(shell.arguments)
    case .stopsignal(let stopsignal):
      container.stopSignal = try StopSignal.check(expand(stopsignal.signal))
      createdBy = "STOPSIGNAL \(container.stopSignal ?? "")"
    case .healthcheck(let healthcheck):
      let check = Healthcheck(healthcheck)
      container.healthcheck = check
      createdBy = "HEALTHCHECK \(check.goText)"
    case .onbuild(let onbuild):
      // BuildKit leaves it out of the history.
      container.onBuild = (container.onBuild ?? []) + [onbuild.trigger]
      self.container = container
      return .configured
    case .maintainer(let maintainer):
      config.author = maintainer.name
      createdBy = "MAINTAINER \(maintainer.name)"
    case .run, .copy, .add, .workdir: break
    }
    self.container = container
    addHistory(createdBy, isEmpty: true)
    return .configured
  }
}

extension CommandForm {
  /// The arguments of the process, where `shell` is what SHELL says.
  func arguments(shell: [String]?) -> [String] {
    switch self {
    case .exec(let arguments): arguments
    case .shell(let line): (shell ?? ["/bin/sh", "-c"]) + [line]
    }
  }
}

extension Healthcheck {
  fileprivate init(_ instruction: HealthcheckInstruction) {
    switch instruction.command {
    case nil: self.init(test: ["NONE"])
    case .exec(let words): self.init(test: ["CMD"] + words)
    case .shell(let line): self.init(test: ["CMD-SHELL", line])
    }
    func given(_ value: Int64) -> Int? { value == 0 ? nil : Int(value) }
    interval = given(instruction.interval)
    timeout = given(instruction.timeout)
    startPeriod = given(instruction.startPeriod)
    startInterval = given(instruction.startInterval)
    retries = instruction.retries == 0 ? nil : instruction.retries
  }

  /// As Go prints the structure.
  fileprivate var goText: String {
    let times = [
      ("Interval", interval), ("Timeout", timeout), ("StartPeriod", startPeriod), ("StartInterval", startInterval),
    ]
    .map { "\($0):\(GoText.duration($1 ?? 0))" }.joined(separator: " ")
    return "{Test:\(GoText.plain(test ?? [])) \(times) Retries:\(retries ?? 0)}"
  }
}

extension ExposedPorts {
  /// The ports of a word, as the configuration has them.
  fileprivate static func named(by word: String) throws(BuildError) -> [String] {
    if let ports = ExposedPorts(word)?.ports { return ports }
    throw BuildError(
      code: .input, message: "EXPOSE \(word): that is no port", hint: "write a number up to 65535, or 8000/udp")
  }
}

import OCI

/// One field of the config that differs.
package struct ConfigChange: Sendable, Equatable {
  /// Such as `user`, or `env PATH`.
  package var field: String
  /// Nil where only the other image has it.
  package var before: String?
  package var after: String?

  /// What differs, history and layers aside: layers speak for themselves, and history speaks of them.
  package static func between(_ one: ImageConfig, _ other: ImageConfig) -> [ConfigChange] {
    let (left, right) = (fields(of: one), fields(of: other))
    let names = left.map(\.name) + right.map(\.name).filter { name in !left.contains { $0.name == name } }
    return names.compactMap { name in
      let before = left.first { $0.name == name }?.value
      let after = right.first { $0.name == name }?.value
      return before == after ? nil : ConfigChange(field: name, before: before, after: after)
    }
  }

  /// What a config says, each with the name by which people know it.
  package static func fields(of config: ImageConfig) -> [(name: String, value: String)] {
    var fields: [(name: String, value: String)] = [("platform", "\(config.platform)")]
    func add(_ name: String, _ value: String?) { if let value, !value.isEmpty { fields.append((name, value)) } }
    add("created", config.created)
    add("author", config.author)
    guard let container = config.config else { return fields }
    add("user", container.user)
    add("workdir", container.workingDir)
    add("entrypoint", container.entrypoint.flatMap(words))
    add("cmd", container.cmd.flatMap(words))
    add("shell", container.shell.flatMap(words))
    add("stop signal", container.stopSignal)
    add("healthcheck", container.healthcheck.map(text))
    for port in container.exposedPorts?.keys.sorted() ?? [] { add("port \(port)", "exposed") }
    for volume in container.volumes?.keys.sorted() ?? [] { add("volume \(volume)", "declared") }
    for variable in container.env ?? [] {
      let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      fields.append(("env \(parts[0])", parts.count == 2 ? String(parts[1]) : ""))
    }
    for (key, value) in (container.labels ?? [:]).sorted(by: { $0.key < $1.key }) {
      fields.append(("label \(key)", value))
    }
    add("onbuild", container.onBuild.flatMap(words))
    return fields
  }

  /// In the exec form of a Dockerfile.
  package static func words(_ words: [String]) -> String? {
    words.isEmpty ? nil : (try? CanonicalJSON.encode(words)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Such as `CMD-SHELL curl localhost, every 30 s, at most 3 s, 3 retries`.
  package static func text(_ check: Healthcheck) -> String {
    func seconds(_ nanoseconds: Int?) -> String? {
      guard let nanoseconds, nanoseconds != 0 else { return nil }
      return nanoseconds % 1_000_000_000 == 0 ? "\(nanoseconds / 1_000_000_000) s" : "\(nanoseconds / 1_000_000) ms"
    }
    let parts: [String?] = [
      (check.test ?? []).joined(separator: " "), seconds(check.interval).map { "every \($0)" },
      seconds(check.timeout).map { "at most \($0)" }, seconds(check.startPeriod).map { "\($0) to start" },
      check.retries.map { "\($0) retries" },
    ]
    return parts.compactMap(\.self).joined(separator: ", ")
  }
}

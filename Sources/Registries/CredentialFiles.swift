import Glibc

/// Every file of logins that counts for a user, in the order in which podman and docker look; the first that knows a
/// registry wins.
package struct CredentialFiles: Sendable {
  package let paths: [String]
  /// Of the programs that keep credentials.
  private let environment: [String: String]
  /// As they were at first: by them alone a repository's account is told.
  private let known: [CredentialFile]

  /// - Parameter environment: the user's variables.
  package init(environment: [String: String]) {
    self.environment = environment
    paths = Self.paths(environment: environment, user: getuid())
    known = paths.compactMap { try? CredentialFile.read($0) }
  }

  /// `REGISTRY_AUTH_FILE` alone where it is set; else podman's and skopeo's places, then docker's.
  ///
  /// Source: containers-auth.json(5).
  package static func paths(environment: [String: String], user: UInt32) -> [String] {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let file = value("REGISTRY_AUTH_FILE") { return [file] }
    var paths = [(value("XDG_RUNTIME_DIR") ?? "/run/containers/\(user)") + "/"]
    if value("XDG_RUNTIME_DIR") != nil { paths[0] += "containers/" }
    paths[0] += "auth.json"
    let home = value("HOME")
    if let directory = value("XDG_CONFIG_HOME") ?? home.map({ "\($0)/.config" }) {
      paths.append("\(directory)/containers/auth.json")
    }
    if let directory = value("DOCKER_CONFIG") ?? home.map({ "\($0)/.docker" }) {
      paths.append("\(directory)/config.json")
    }
    return paths
  }

  /// Under which name a repository's credentials are: its host, or `HOST/NAMESPACE` where a login is for that alone.
  package func account(host: String, repository: String) -> String {
    known.lazy.compactMap { $0.account(host: host, repository: repository) }.first ?? host
  }

  /// What the files, read anew, or the programs that they name have for an account; nil for nothing.
  ///
  /// - Throws: `RegistryError` for a file that cannot be read, or a program that fails.
  package func credentials(for account: String) async throws -> Credentials? {
    let host = String(account.prefix { $0 != "/" })
    for path in paths {
      guard let file = try CredentialFile.read(path) else { continue }
      if account == host, let helper = file.helper(for: host),
        let found = try await helper.get(host, environment: environment)
      {
        return found
      }
      if let found = file.credentials(for: account) { return found }
    }
    return nil
  }

  /// Keeps a login where docker, podman, skopeo and imagesmith find it: in the file that has one of that host already, so
  /// that no older one hides it, else in docker's, which all of them read.
  ///
  /// - Returns: the file, or the helper that it names.
  /// - Throws: `RegistryError`.
  package func keep(user: String, password: String, for host: String) async throws -> String {
    var files: [CredentialFile] = []
    for path in paths { files.append(try CredentialFile.read(path, isToChange: true) ?? CredentialFile(emptyAt: path)) }
    guard
      var file = files.first(where: { $0.credentials(for: host) != nil || $0.helper(for: host) != nil }) ?? files.last
    else {
      throw RegistryError(
        code: .local, message: "there is no place for a login: neither HOME nor REGISTRY_AUTH_FILE is set",
        hint: "set REGISTRY_AUTH_FILE to the file that is to keep it")
    }
    let helper = file.helper(for: host)
    if let helper {
      try await helper.store(host, user: user, password: password, environment: environment)
      file.mark(host)
    } else {
      file.set(user: user, password: password, for: host)
    }
    try file.write()
    return helper?.program ?? file.path
  }

  /// Removes a host's logins from every file and helper.
  ///
  /// - Returns: where there was one.
  /// - Throws: `RegistryError`.
  package func forget(_ host: String) async throws -> [String] {
    var places: [String] = []
    for path in paths {
      guard var file = try CredentialFile.read(path, isToChange: true) else { continue }
      if let helper = file.helper(for: host), try await helper.get(host, environment: environment) != nil {
        try await helper.erase(host, environment: environment)
        places.append(helper.program)
      }
      let hadSecret = file.credentials(for: host) != nil
      if file.remove(host) {
        try file.write()
        if hadSecret { places.append(path) }
      }
    }
    return places
  }
}

import FoundationEssentials

/// The credentials that `docker login`, `podman login` and `skopeo login` keep in a file.
///
/// Source: docker's `config.json`; containers-auth.json(5).
package struct DockerConfig: Sendable {
  private struct File: Decodable {
    var auths: [String: Entry]?
    var credHelpers: [String: String]?
    var credsStore: String?
  }

  private struct Entry: Decodable {
    var auth: String?
    var username: String?
    var password: String?
    var identitytoken: String?
    var registrytoken: String?
  }

  private let auths: [String: Entry]
  private let helpers: [String: String]
  private let store: String?

  /// - Parameter path: names the file in errors.
  /// - Throws: `RegistryError` of code `invalid` for what is not such a file. The file's text is never in the error.
  package init(json: [UInt8], path: String) throws(RegistryError) {
    guard let file = try? JSONDecoder().decode(File.self, from: Data(json)) else {
      throw RegistryError(
        code: .invalid, message: "\(path) is not a file of registry credentials", hint: "is it the JSON of a login?")
    }
    auths = Dictionary((file.auths ?? [:]).map { (Self.host($0), $1) }, uniquingKeysWith: { first, _ in first })
    helpers = Dictionary((file.credHelpers ?? [:]).map { (Self.host($0), $1) }, uniquingKeysWith: { first, _ in first })
    store = file.credsStore.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The files to look in, the first that knows a host wins.
  package static func paths(environment: [String: String]) -> [String] {
    var paths: [String] = []
    if let file = environment["REGISTRY_AUTH_FILE"] { paths.append(file) }
    if let directory = environment["XDG_RUNTIME_DIR"] { paths.append("\(directory)/containers/auth.json") }
    let home = environment["HOME"]
    if let directory = environment["XDG_CONFIG_HOME"] ?? home.map({ "\($0)/.config" }) {
      paths.append("\(directory)/containers/auth.json")
    }
    if let directory = environment["DOCKER_CONFIG"] ?? home.map({ "\($0)/.docker" }) {
      paths.append("\(directory)/config.json")
    }
    return paths
  }

  /// - Parameter host: as in a reference.
  package func credentials(for host: String) -> Credentials? {
    guard let entry = auths[Self.host(host)] else { return nil }
    if let token = entry.registrytoken, !token.isEmpty { return .registryToken(token) }
    if let token = entry.identitytoken, !token.isEmpty { return .identityToken(token) }
    if let auth = entry.auth, let data = Data(base64Encoded: auth) {
      let text = String(decoding: data, as: UTF8.self)
      guard let colon = text.firstIndex(of: ":") else { return nil }
      // Docker once padded the password with zeros.
      let password = text[text.index(after: colon)...].prefix { $0 != "\0" }
      return .password(user: String(text[..<colon]), password: String(password))
    }
    guard let user = entry.username, let password = entry.password else { return nil }
    return .password(user: user, password: password)
  }

  /// The program `docker-credential-NAME` that keeps a host's credentials; nil for none.
  package func helper(for host: String) -> String? {
    helpers[Self.host(host)] ?? store
  }

  /// The bare host of a key: `https://index.docker.io/v1/` is Docker's own way to write its registry.
  private static func host(_ key: String) -> String {
    var text = key[...]
    if let mark = text.firstRange(of: "://") { text = text[mark.upperBound...] }
    let host = text.prefix { $0 != "/" }.lowercased()
    return ["index.docker.io", "registry-1.docker.io"].contains(host) ? "docker.io" : host
  }
}

import FoundationEssentials
import Native

/// One file in which `docker login`, `podman login` and `skopeo login` keep logins: what imagesmith reads and writes too.
///
/// Fields of which imagesmith knows nothing are kept.
/// Source: docker's `config.json`; containers-auth.json(5).
package struct CredentialFile: Sendable {
  /// Names the file in errors.
  package let path: String
  var fields: [String: JSONValue]

  /// - Throws: `RegistryError` of code `invalid` for what is not such a file. The file's text is never in the error.
  package init(json: [UInt8], path: String) throws(RegistryError) {
    self.path = path
    guard let document = try? JSONDecoder().decode(JSONValue.self, from: Data(json)), let fields = document.fields,
      ["auths", "credHelpers"].allSatisfy({ [nil, .null].contains(fields[$0]) || fields[$0]?.fields != nil })
    else {
      throw RegistryError(
        code: .invalid, message: "\(path) is not a file of registry credentials", hint: "is it the JSON of a login?")
    }
    self.fields = fields
  }

  /// A file that is not there yet.
  init(emptyAt path: String) {
    self.path = path
    fields = [:]
  }

  var entries: [String: JSONValue] { fields["auths"]?.fields ?? [:] }

  /// The key of the login that counts for a repository: of `HOST/NAMESPACE/REPOSITORY`, `HOST/NAMESPACE` and `HOST` the
  /// longest that is there; nil for none.
  ///
  /// - Parameter host: as in a reference.
  package func account(host: String, repository: String) -> String? {
    let known = Set(entries.keys.map(Self.account))
    var account = "\(Self.host(host))/\(repository)"
    while !known.contains(account) {
      guard let slash = account.lastIndex(of: "/") else { return nil }
      account = String(account[..<slash])
    }
    return account
  }

  /// - Parameter account: a host, as in a reference, or a key that `account(host:repository:)` has found.
  package func credentials(for account: String) -> Credentials? {
    let wanted = Self.account(account)
    // A host's own spelling counts before docker's old ones.
    let keys = entries.keys.filter { Self.account($0) == wanted }.sorted()
    return (keys.filter { $0 == account } + keys).lazy.compactMap { entries[$0]?.fields.flatMap(Self.credentials) }
      .first
  }

  private static func credentials(_ entry: [String: JSONValue]) -> Credentials? {
    if let token = entry["registrytoken"]?.word { return .registryToken(token) }
    if let token = entry["identitytoken"]?.word { return .identityToken(token) }
    if let auth = entry["auth"]?.word {
      guard let data = Data(base64Encoded: auth) else { return nil }
      let text = String(decoding: data, as: UTF8.self)
      guard let colon = text.firstIndex(of: ":") else { return nil }
      // Docker once padded the password with zeros.
      let password = text[text.index(after: colon)...].prefix { $0 != "\0" }
      return .password(user: String(text[..<colon]), password: String(password))
    }
    guard let user = entry["username"]?.word, let password = entry["password"]?.word else { return nil }
    return .password(user: user, password: password)
  }

  /// The program that keeps a host's credentials; nil for none.
  package func helper(for host: String) -> CredentialHelper? {
    let helpers = fields["credHelpers"]?.fields ?? [:]
    let own = helpers.first { Self.host($0.key) == Self.host(host) }?.value.word
    return (own ?? fields["credsStore"]?.word).map { CredentialHelper(name: $0, file: path) }
  }

  /// Keeps a password in the file itself, under docker's own spelling of the host.
  mutating func set(user: String, password: String, for host: String) {
    remove(host)
    let auth = Data("\(user):\(password)".utf8).base64EncodedString()
    fields["auths"] = .object(entries.merging([Self.key(for: host): .object(["auth": .string(auth)])]) { $1 })
  }

  /// Says that a helper has the host's credentials, as docker does.
  mutating func mark(_ host: String) {
    remove(host)
    fields["auths"] = .object(entries.merging([Self.key(for: host): .object([:])]) { $1 })
  }

  /// - Returns: whether the host had an entry.
  @discardableResult
  mutating func remove(_ host: String) -> Bool {
    let rest = entries.filter { Self.account($0.key) != Self.host(host) }
    guard rest.count < entries.count else { return false }
    fields["auths"] = .object(rest)
    return true
  }

  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(JSONValue.object(fields))) + [UInt8(ascii: "\n")]
  }

  // MARK: - Names

  /// What docker calls a host in its file, and tells helpers.
  static func key(for host: String) -> String {
    Self.host(host) == "docker.io" ? "https://index.docker.io/v1/" : Self.host(host)
  }

  /// A host as in references.
  static func host(_ text: String) -> String {
    let host = text.lowercased()
    return ["index.docker.io", "registry-1.docker.io"].contains(host) ? "docker.io" : host
  }

  /// The host, or the host and the path, of a key: `https://index.docker.io/v1/` is docker's own way to write its registry.
  private static func account(_ key: String) -> String {
    var text = key[...]
    var isAddress = false
    if let mark = text.firstRange(of: "://") {
      text = text[mark.upperBound...]
      isAddress = true
    }
    let name = text.prefix { $0 != "/" }
    let path = text[name.endIndex...]
    let isHost = isAddress || ["", "/", "/v1", "/v1/", "/v2", "/v2/"].contains(path)
    return host(String(name)) + (isHost ? "" : path)
  }
}

extension JSONValue {
  /// A string that says something; nil for everything else.
  fileprivate var word: String? { text.flatMap { $0.isEmpty ? nil : $0 } }
}

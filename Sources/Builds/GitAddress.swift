/// The address of a git repository that ADD takes files from: `https://HOST/PATH.git#REF:FOLDER`, `git@HOST:PATH`,
/// `ssh://`, `git://`, and the same with `?ref=`, `branch`, `tag`, `subdir`, `commit` or `checksum`, `keep-git-dir` and
/// `submodules`.
///
/// Source: Dockerfile reference, "ADD", "Adding files from a Git repository"; BuildKit's reading of it.
struct GitAddress: Sendable, Equatable {
  /// As written.
  let text: String
  /// What git is given.
  private(set) var remote: String
  /// A branch, tag or commit; nil for what the repository calls HEAD.
  private(set) var reference: String?
  /// The folder of the repository that is wanted; nil for all of it.
  private(set) var folder: String?
  /// The beginning of the commit's name, at least.
  private(set) var commit: String?
  private(set) var keepsGitFolder: Bool?
  private(set) var takesSubmodules = true

  /// Nil for what is no such address.
  ///
  /// - Throws: `BuildError` with code `input` for a part that says nothing, or the opposite of another.
  init?(_ text: String) throws(BuildError) {
    self.text = text
    let body = text.prefix { $0 != "#" && $0 != "?" }
    let isGit =
      switch body.firstRange(of: "://").map({ body[..<$0.lowerBound] }) {
      case "http", "https": body.hasSuffix(".git")
      case "git", "ssh": true
      case nil: body.wholeMatch(of: /[A-Za-z0-9_-]+@[A-Za-z0-9.-]+:.+/) != nil
      default: false
      }
    guard isGit else { return nil }
    remote = String(body)
    // A dash at the start would be an option of git or ssh.
    guard !remote.hasPrefix("-"), remote.firstMatch(of: /(:\/\/|@)-/) == nil else { throw refusal("is no address") }
    let rest = text[body.endIndex...]
    let query = rest.hasPrefix("?") ? rest.dropFirst().prefix { $0 != "#" } : ""
    if let hash = rest.firstIndex(of: "#") {
      let parts = rest[rest.index(after: hash)...].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      reference = Self.given(parts.first)
      folder = Self.given(parts.dropFirst().first)
    }
    for field in query.split(separator: "&") {
      let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      try apply(String(parts[0]), Self.given(parts.dropFirst().first))
    }
    if reference == nil { reference = commit }
    if let reference, reference.hasPrefix("-") { throw refusal("has the reference \(reference)") }
  }

  /// For the names of secrets.
  var host: String {
    let rest = remote[(remote.firstRange(of: "://")?.upperBound ?? remote.startIndex)...]
    let authority = rest.prefix { $0 != "/" }.split(separator: "@").last ?? ""
    return String(authority.prefix { $0 != ":" })
  }

  /// Says which commit it must be, besides what the address says.
  mutating func require(commit: String) throws(BuildError) { try set(\.commit, commit, "checksum") }

  private mutating func apply(_ name: String, _ value: String?) throws(BuildError) {
    switch (name, value) {
    case ("ref", let value?): try set(\.reference, value, name)
    case ("branch", let value?): try set(\.reference, value.hasPrefix("refs/") ? value : "refs/heads/\(value)", name)
    case ("tag", let value?): try set(\.reference, value.hasPrefix("refs/") ? value : "refs/tags/\(value)", name)
    case ("subdir", let value?): try set(\.folder, value, name)
    case ("commit", let value?), ("checksum", let value?): try set(\.commit, value, name)
    case ("keep-git-dir", let value): keepsGitFolder = try bool(name, value)
    case ("submodules", let value): takesSubmodules = try bool(name, value)
    default: throw refusal("has the part '\(name)', which says nothing")
    }
  }

  private mutating func set(
    _ field: WritableKeyPath<GitAddress, String?>, _ value: String, _ name: String
  ) throws(BuildError) {
    if let other = self[keyPath: field], other != value { throw refusal("names two of \(name): \(other) and \(value)") }
    self[keyPath: field] = value
  }

  private func bool(_ name: String, _ value: String?) throws(BuildError) -> Bool {
    switch value {
    case nil, "1", "t", "true": return true
    case "0", "f", "false": return false
    default: throw refusal("has \(name)=\(value ?? ""), which is neither true nor false")
    }
  }

  private static func given(_ text: Substring?) -> String? { text.flatMap { $0.isEmpty ? nil : String($0) } }

  private func refusal(_ reason: String) -> BuildError {
    BuildError(
      code: .input, message: "the git repository \(RemoteAddress.redacted(text)) \(reason)",
      hint: "write https://HOST/PATH.git#REF:FOLDER")
  }
}

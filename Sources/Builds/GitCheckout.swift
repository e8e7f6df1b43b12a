import Glibc
import Layers
import Native
import Synchronization

/// Files of a git repository, had by the system's git program.
///
/// git sees nothing of the user's own settings, asks nothing, and speaks HTTPS, SSH and its own protocol alone, and plain
/// HTTP with this machine. Source: git(1), git-fetch(1), gitrevisions(7).
struct GitCheckout: Sendable {
  let address: GitAddress
  private let program: String
  private let environment: [String]

  /// - Parameters:
  ///   - path: where git and what it calls are looked for.
  ///   - token: sent to the server as the password of a git token, where there is one.
  ///   - agent: the socket of an SSH agent.
  ///   - caBundle: a file of PEM certificates to trust instead of the system's.
  /// - Throws: `BuildError` with code `machine` when git is not installed.
  init(_ address: GitAddress, path: String, token: [UInt8]? = nil, agent: String? = nil, caBundle: String? = nil)
    throws(BuildError)
  {
    self.address = address
    let folders = path.split(separator: ":").map(String.init) + ["/usr/bin"]
    guard let program = folders.map({ $0 + "/git" }).first(where: { access($0, X_OK) == 0 }) else {
      throw BuildError(
        code: .machine, message: "ADD \(RemoteAddress.redacted(address.text)) needs git, which is not installed",
        hint: "apt-get install git")
    }
    self.program = program
    let isLocal = (try RemoteAddress(address.remote))?.isPrivate == true
    var environment = [
      "PATH=\(path)", "HOME=/nonexistent", "LC_ALL=C.UTF-8", "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1",
      "GIT_ALLOW_PROTOCOL=https:ssh:git" + (isLocal ? ":http" : ""), "GIT_OPTIONAL_LOCKS=0",
      "GIT_SSH_COMMAND=ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=accept-new"
        + " -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
    ]
    if let caBundle { environment.append("GIT_SSL_CAINFO=\(caBundle)") }
    if let agent { environment.append("SSH_AUTH_SOCK=\(agent)") }
    if let token {
      // By the environment, as arguments can be read by everyone on the machine.
      let basic = Self.base64(Array("x-access-token:".utf8) + token.filter { $0 > 0x20 })
      environment += [
        "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http.\(address.remote).extraHeader",
        "GIT_CONFIG_VALUE_0=Authorization: Basic \(basic)",
      ]
    }
    self.environment = environment
  }

  /// The commit that the address means now; without asking where it names one.
  ///
  /// - Throws: `BuildError` with code `remote` when the repository cannot be read, `input` when it has no such reference,
  ///   or another commit than the address says.
  func commit() async throws -> String {
    let commit = try await named()
    if let wanted = address.commit, !commit.hasPrefix(wanted.lowercased()) {
      throw BuildError(
        code: .input, message: "\(RemoteAddress.redacted(address.text)) is at commit \(commit), and not at \(wanted)",
        hint: "has the branch or tag been moved?")
    }
    return commit
  }

  private func named() async throws -> String {
    let wanted = address.reference ?? "HEAD"
    if wanted.wholeMatch(of: /[0-9a-f]{40}|[0-9a-f]{64}/) != nil { return wanted }
    let text = try await git(["ls-remote", "--", address.remote])
    var commits: [Substring: Substring] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "\t")
      if parts.count == 2 { commits[parts[1]] = parts[0] }
    }
    // Branches before tags, and of a tag the commit that it names.
    let names =
      ["\(wanted)^{}", wanted] + ["heads", "tags"].flatMap { ["refs/\($0)/\(wanted)^{}", "refs/\($0)/\(wanted)"] }
    if let commit = names.compactMap({ commits[Substring($0)] }).first { return String(commit) }
    // The shortened name of a commit that a branch or tag is at.
    if wanted.wholeMatch(of: /[0-9a-f]{7,}/) != nil, let commit = commits.values.first(where: { $0.hasPrefix(wanted) })
    {
      return String(commit)
    }
    throw BuildError(
      code: .input, message: "\(RemoteAddress.redacted(address.remote)) has no branch or tag \(wanted)",
      hint: "a commit is named by all of its 40 digits")
  }

  /// Checks the commit out into the new folder `directory`, with submodules.
  ///
  /// - Throws: `BuildError` with code `remote` when it cannot be had.
  func make(_ commit: String, in directory: String) async throws {
    try await git(["init", "--quiet", "--", directory])
    let here = ["-C", directory, "-c", "advice.detachedHead=false"]
    try await git(here + ["remote", "add", "origin", address.remote])
    let fetch = here + ["fetch", "--quiet", "--no-tags"]
    do {
      try await git(fetch + ["--depth=1", "origin", commit])
    } catch let error as BuildError {
      // Not every server gives a commit by its name, or without its history.
      guard error.code == .remote else { throw error }
      try await git(fetch + ["origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"])
    }
    try await git(here + ["checkout", "--quiet", "--detach", commit])
    if address.takesSubmodules, access(directory + "/.gitmodules", F_OK) == 0 {
      try await git(here + ["submodule", "--quiet", "update", "--init", "--recursive", "--depth=1"])
    }
  }

  @discardableResult
  private func git(_ arguments: [String]) async throws -> String {
    let written = Mutex<[UInt8]>([])
    // The files' modes must not depend on the caller's mask.
    let process = ChildProcess(
      "/bin/sh", ["-c", "umask 022; exec \"$@\"", "sh", program] + arguments, environment: environment)
    let status = try await process.run { bytes in
      written.withLock { if $0.count < 16 << 20 { $0.append(contentsOf: bytes) } }
    }
    let text = String(decoding: written.withLock { $0 }, as: UTF8.self)
    guard status == .exited(0) else {
      throw BuildError(
        code: .remote, message: "git cannot read \(RemoteAddress.redacted(address.remote)) (status \(status.code))",
        hint: "is the address right, and open to this machine? A token is given as --secret id=GIT_AUTH_TOKEN",
        output: RemoteAddress.redacted(String(text.suffix(4096))))
    }
    return text
  }

  /// Source: RFC 4648, section 4.
  private static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let value = (0..<3).reduce(0) { $0 << 8 | (start + $1 < bytes.count ? Int(bytes[start + $1]) : 0) }
      for index in 0..<4 { text.append(index <= group.count ? digits[value >> (18 - 6 * index) & 63] : "=") }
    }
    return text
  }
}

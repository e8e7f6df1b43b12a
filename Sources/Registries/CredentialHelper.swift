import FoundationEssentials
import Native
import Synchronization

/// A program that keeps credentials, `docker-credential-NAME`: it is run with a verb, and spoken to by its input and output.
///
/// Source: github.com/docker/docker-credential-helpers.
package struct CredentialHelper: Sendable {
  /// What follows `docker-credential-`.
  let name: String
  /// Which file names it, for messages.
  let file: String
  /// How long a call may last: a program may have to ask a service in turn.
  var limit = Duration.seconds(60)

  package var program: String { "docker-credential-\(name)" }

  private struct Login: Codable {
    var ServerURL: String
    var Username: String
    var Secret: String
  }

  /// The user's name that says that the secret is an identity token.
  private static let tokenUser = "<token>"

  /// - Returns: nil when it has none.
  /// - Throws: `RegistryError`; what the program printed, which may be a secret, is not in it.
  func get(_ host: String, environment: [String: String]) async throws -> Credentials? {
    let (code, output) = try await run("get", Array(CredentialFile.key(for: host).utf8), environment)
    guard code == 0 else {
      // Every helper says it in these words, on its output.
      if String(decoding: output, as: UTF8.self).contains("credentials not found") { return nil }
      throw failure("get", "ended with code \(code)")
    }
    guard let login = try? JSONDecoder().decode(Login.self, from: Data(output)) else {
      throw failure("get", "printed no JSON with ServerURL, Username and Secret")
    }
    if login.Secret.isEmpty { return nil }
    if login.Username == Self.tokenUser { return .identityToken(login.Secret) }
    return .password(user: login.Username, password: login.Secret)
  }

  func store(_ host: String, user: String, password: String, environment: [String: String]) async throws {
    let login = Login(ServerURL: CredentialFile.key(for: host), Username: user, Secret: password)
    let (code, _) = try await run("store", Array(try JSONEncoder().encode(login)), environment)
    guard code == 0 else { throw failure("store", "ended with code \(code)") }
  }

  func erase(_ host: String, environment: [String: String]) async throws {
    let (code, _) = try await run("erase", Array(CredentialFile.key(for: host).utf8), environment)
    guard code == 0 else { throw failure("erase", "ended with code \(code)") }
  }

  // MARK: - The program

  private func run(
    _ verb: String, _ input: [UInt8], _ environment: [String: String]
  ) async throws -> (code: Int32, output: [UInt8]) {
    guard name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._\-]*/) != nil else {
      throw failure(verb, "is no program's name")
    }
    let printed = Printed()
    // The shell finds the program, keeps its complaints out of what it prints, and becomes it.
    let child = ChildProcess(
      "/bin/sh", ["-c", #"exec "$@" 2>/dev/null"#, "sh", program, verb],
      environment: environment.map { "\($0.key)=\($0.value)" })
    let status = try await withThrowingTaskGroup(of: ChildProcess.Status?.self) { group in
      group.addTask {
        try await child.run(input: input) { printed.take($0) }
      }
      group.addTask { [limit] in
        try await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
    guard let status else { throw failure(verb, "did not end within \(limit.components.seconds) seconds") }
    guard status.code != 127 else {
      throw failure(
        verb, "is not installed", hint: "install it, or take it out of credsStore and credHelpers of \(file)")
    }
    return (status.code, printed.bytes)
  }

  private func failure(_ verb: String, _ reason: String, hint: String? = nil) -> RegistryError {
    RegistryError(
      code: .unauthorized, message: "\(program) \(verb), which \(file) names, \(reason)",
      hint: hint ?? "run it by hand to see what is wrong: echo HOST | \(program) get")
  }
}

/// The beginning of what a program printed; no helper has more to say than a mebibyte.
private final class Printed: Sendable {
  private let content = Mutex<[UInt8]>([])

  var bytes: [UInt8] { content.withLock { $0 } }

  func take(_ bytes: UnsafeRawBufferPointer) {
    content.withLock { if $0.count < 1 << 20 { $0.append(contentsOf: bytes) } }
  }
}

import Foundation
import Registries
import TestShell

/// Debian's `docker-registry` on a free port of loopback, for one test.
final class LocalRegistry {
  /// `127.0.0.1:PORT`.
  let host: String
  private let process: Process

  /// The only user, where the registry asks for one.
  static let user = "ada"
  static let password = "a password: with colons, ü and =="

  /// - Parameters:
  ///   - name: of its folder and files.
  ///   - isLocked: whether it asks for the password, and speaks TLS with a certificate by `NAME.ca`.
  init(in folder: TestFolder, name: String = "registry", isLocked: Bool = false) throws {
    var auth = ""
    var tls = ""
    if isLocked {
      try folder.shell(
        """
        htpasswd -Bbn '\(Self.user)' '\(Self.password)' >\(name).htpasswd
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test \
          -addext subjectAltName=IP:127.0.0.1 -keyout \(name).key -out \(name).ca 2>/dev/null
        """)
      auth = "auth: {htpasswd: {realm: test, path: \(folder("\(name).htpasswd"))}}, "
      tls = ", tls: {certificate: \(folder("\(name).ca")), key: \(folder("\(name).key"))}"
    }
    let config = """
      {version: "0.1", log: {level: info}, storage: {filesystem: {rootdirectory: \(folder(name))}}, \(auth)\
      http: {addr: "127.0.0.1:0", secret: test\(tls)}}
      """
    try Data(config.utf8).write(to: URL(filePath: folder("\(name).yml")))
    let pipe = Pipe()
    process = Process()
    process.executableURL = URL(filePath: "/usr/bin/docker-registry")
    process.arguments = ["serve", folder("\(name).yml")]
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    var text = ""
    var found: String?
    while found == nil, case let data = pipe.fileHandleForReading.availableData, !data.isEmpty {
      text += String(decoding: data, as: UTF8.self)
      found = text.firstMatch(of: /listening on (127\.0\.0\.1:[0-9]+)/).map { String($0.1) }
    }
    guard let found else { throw Shell.Failure(description: "docker-registry: \(text)") }
    host = found
    // Else it would wait for somebody to read.
    pipe.fileHandleForReading.readabilityHandler = { handle in
      if handle.availableData.isEmpty { handle.readabilityHandler = nil }
    }
  }

  deinit {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  var client: RegistryClient { RegistryClient { _ in nil } }

  /// Of the user, and who trusts the certificate.
  func client(trusting certificate: String) -> RegistryClient {
    var configuration = RegistryClient.Configuration()
    configuration.http.caBundle = certificate
    return RegistryClient(configuration) { _ in .password(user: Self.user, password: Self.password) }
  }
}

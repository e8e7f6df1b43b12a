import Foundation

/// Debian's `docker-registry` on a free port of loopback.
struct DockerRegistry {
  let directory: TemporaryDirectory
  private let process: ServerProcess
  /// `127.0.0.1:PORT`.
  let host: String

  static let user = "AWS"
  static let password = "a password: with colons, ü and =="

  /// - Parameters:
  ///   - certificate: the paths of a certificate and its key, to speak TLS.
  ///   - clientAuthority: the path of the certificate by which clients must be signed.
  init(
    withPassword: Bool = false, certificate: (String, String)? = nil, clientAuthority: String? = nil
  ) async throws {
    let directory = try TemporaryDirectory()
    var lines = [
      "version: 0.1", "log: {level: info}",
      "storage: {filesystem: {rootdirectory: \(directory.path)/data}, delete: {enabled: true}}",
    ]
    if withPassword {
      let made = try ServerProcess.run("htpasswd", ["-Bbn", Self.user, Self.password])
      let file = try directory.write("htpasswd", Array(made.output.utf8))
      lines.append("auth: {htpasswd: {realm: test, path: \(file)}}")
    }
    let clients = clientAuthority.map { ", clientcas: [\($0)]" } ?? ""
    let tls = certificate.map { ", tls: {certificate: \($0.0), key: \($0.1)\(clients)}" } ?? ""
    lines.append("http: {addr: \"127.0.0.1:0\", secret: test\(tls)}")
    let file = try directory.write("config.yml", Array(lines.joined(separator: "\n").utf8))
    let pattern = /listening on (127\.0\.0\.1:[0-9]+)/
    process = try await ServerProcess("docker-registry", ["serve", file]) { $0.contains("listening on 127.0.0.1:") }
    host = process.text.firstMatch(of: pattern).map { String($0.1) } ?? ""
    self.directory = directory
  }

  /// How many bytes of blobs the registry has on disk.
  func storedBlobs() -> Int {
    let root = "\(directory.path)/data/docker/registry/v2/blobs/sha256"
    let files = FileManager.default.enumerator(atPath: root)?.allObjects.compactMap { $0 as? String } ?? []
    return files.filter { $0.hasSuffix("/data") }.count
  }
}

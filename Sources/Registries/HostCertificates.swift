import Glibc
import Native

/// The certificates that a machine has for one registry: `*.crt` are authorities to trust beside the system's, `NAME.cert`
/// with `NAME.key` is by what this client names itself.
///
/// Source: Docker, "Verify repository client with certificates"; containers-certs.d(5).
struct HostCertificates: Sendable, Equatable {
  /// PEM.
  var authorities: [UInt8] = []
  /// Paths of PEM files.
  var clientCertificate: String?
  var clientKey: String?

  /// - Parameter host: as in a reference, with its port where it has one.
  /// - Throws: `RegistryError` of code `invalid` when a certificate has no key, of code `local` when a file cannot be read.
  static func of(_ host: String, in folders: [String]) throws(RegistryError) -> HostCertificates {
    // A host is a name, so that nothing of it leads elsewhere.
    guard !host.contains("/"), !host.hasPrefix(".") else { return HostCertificates() }
    for folder in folders.map({ "\($0)/\(host)" }) {
      guard let names = names(in: folder) else { continue }
      return try HostCertificates(folder: folder, names: names)
    }
    return HostCertificates()
  }

  init() {}

  private init(folder: String, names: [String]) throws(RegistryError) {
    for name in names where name.hasSuffix(".crt") {
      do throws(NativeError) {
        authorities += try FileDescriptor.open("\(folder)/\(name)").readAll(limit: 1 << 20) + [UInt8(ascii: "\n")]
      } catch {
        throw RegistryError(
          code: .local, message: error.description, hint: "may this user read the certificates of \(folder)?")
      }
    }
    guard let certificate = names.first(where: { $0.hasSuffix(".cert") }) else { return }
    let key = certificate.dropLast(4) + "key"
    guard names.contains(String(key)) else {
      throw RegistryError(
        code: .invalid, message: "\(folder)/\(certificate) has no key beside it", hint: "its key is \(folder)/\(key)")
    }
    clientCertificate = "\(folder)/\(certificate)"
    clientKey = "\(folder)/\(key)"
  }

  /// Sorted; nil when there is no such folder, or it is not for this user to read.
  private static func names(in folder: String) -> [String]? {
    guard let directory = try? FileDescriptor.open(folder, O_RDONLY | O_DIRECTORY), let names = try? directory.names()
    else {
      return nil
    }
    return names.map { String(decoding: $0, as: UTF8.self) }
  }
}

extension RegistryClient {
  /// Where a user's and the machine's certificates of registries are, in order; the first folder that a host has counts, as
  /// for podman.
  package static func certificateFolders(environment: [String: String]) -> [String] {
    let home = environment["XDG_CONFIG_HOME"] ?? environment["HOME"].map { "\($0)/.config" }
    return (home.map { ["\($0)/containers/certs.d"] } ?? []) + ["/etc/containers/certs.d", "/etc/docker/certs.d"]
  }
}

import Builds
import FoundationEssentials

/// What RUNs may read of the machine: its certificates and its package settings, where it has some.
enum HostSecrets {
  /// By id: `ca_bundle`, `pip_conf`, `apt_conf`.
  static var all: [String: Secret] {
    let candidates = [
      ("ca_bundle", [Environment["SSL_CERT_FILE"], "/etc/ssl/certs/ca-certificates.crt"]),
      ("pip_conf", [Environment["PIP_CONFIG_FILE"]]),
      ("apt_conf", [Environment["APT_CONFIG"]]),
    ]
    var secrets: [String: Secret] = [:]
    for (id, files) in candidates {
      if let file = files.compactMap(\.self).first(where: FileManager.default.isReadableFile(atPath:)) {
        secrets[id] = .file(file)
      }
    }
    return secrets
  }
}

import OCI
import Registries

/// What variables say of registries: which may be spoken to without TLS, and which have mirrors.
struct RegistrySettings {
  /// By host as in references.
  var hosts: [String: HostSettings] = [:]
  var mirrors: [String: [RegistryMirror]] = [:]

  private static let insecure = "IMAGESMITH_INSECURE_REGISTRIES"
  private static let mirrored = "IMAGESMITH_REGISTRY_MIRRORS"

  /// - Throws: `Failure` for what cannot be understood.
  init(_ variables: [String: String]) throws {
    for name in Self.words(variables[Self.insecure]) {
      guard Reference.isRegistry(name) else {
        throw Failure(
          .usage, "\(Self.insecure): '\(name)' is no registry",
          hint: "write HOST or HOST:PORT, with commas between them")
      }
      hosts[name] = HostSettings(isInsecure: true)
    }
    for pair in Self.words(variables[Self.mirrored]) {
      let parts = pair.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, Reference.isRegistry(String(parts[0])), let mirror = RegistryMirror(parts[1]) else {
        throw Failure(
          .usage, "\(Self.mirrored): '\(pair)' is not understood",
          hint: "write REGISTRY=MIRROR, such as docker.io=mirror.example:5000/hub, with commas between them")
      }
      mirrors[try RegistryName.parse(String(parts[0])), default: []].append(mirror)
    }
  }

  private static func words(_ text: String?) -> [String] {
    (text ?? "").split { $0 == "," || $0.isWhitespace }.map(String.init)
  }
}

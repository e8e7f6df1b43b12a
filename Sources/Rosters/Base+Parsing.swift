extension Base {
  /// The distribution and suite of `debian/trixie`.
  static func bootstrap(_ text: String) throws(Flaw) -> (distribution: String, suite: String) {
    let hint = "such as debian/trixie"
    guard let match = text.wholeMatch(of: /([a-z]+)\/([a-z][a-z0-9-]*)/) else {
      throw Flaw("\(text.quoted) does not name a distribution and its suite", hint: hint)
    }
    guard match.1 == "debian" else {
      throw Flaw(
        "a base can be made of Debian only, not of \(String(match.1).quoted)", hint: "\(hint); or use base.image")
    }
    return (String(match.1), String(match.2))
  }

  /// An address of a package mirror: http or https with a host.
  static func mirror(_ text: String) throws(Flaw) -> String {
    guard text.wholeMatch(of: /https?:\/\/[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:\/[A-Za-z0-9._~\/+%-]*)?/) != nil else {
      throw Flaw(
        "\(text.quoted) is not the address of a package mirror", hint: "http:// or https://, a host and a path")
    }
    return text
  }

  /// An image reference as Docker reads it, or `oci:DIR[:TAG]`.
  static func imageReference(_ text: String) throws(Flaw) -> String {
    if text.hasPrefix("oci:") {
      guard text.wholeMatch(of: /oci:[^:\s]+(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?/) != nil else {
        throw Flaw("\(text.quoted) does not name an OCI layout", hint: "oci:DIR or oci:DIR:TAG")
      }
      return text
    }
    let unnamed = text.prefix { $0 != "@" }
    let digest = text.dropFirst(unnamed.count)
    guard text.utf8.count <= 512, digest.isEmpty || digest.wholeMatch(of: /@sha256:[a-f0-9]{64}/) != nil,
      unnamed.wholeMatch(
        of: /(?:[A-Za-z0-9.-]+(?::[0-9]{1,5})?\/)?[a-z0-9][a-z0-9._\/-]*[a-z0-9](?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?/
      ) != nil, !text.contains("//")
    else {
      throw Flaw(
        "\(text.quoted) is not an image",
        hint: "[HOST/]NAME[:TAG][@sha256:…], such as docker.io/library/debian:trixie-slim")
    }
    return text
  }
}

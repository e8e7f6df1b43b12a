import OCI

/// A registry on the command line: `HOST[:PORT]`.
enum RegistryName {
  /// - Returns: as in references; Docker Hub's other names are `docker.io`.
  /// - Throws: `Failure` for what is no host.
  static func parse(_ text: String) throws -> String {
    var name = text[...]
    // As docker's file writes it, and as browsers show it.
    for prefix in ["https://", "http://"] where name.hasPrefix(prefix) { name = name.dropFirst(prefix.count) }
    for suffix in ["/v1/", "/v2/", "/"] where name.hasSuffix(suffix) { name = name.dropLast(suffix.count) }
    guard Reference.isRegistry(String(name)) else {
      throw Failure(.usage, "\(text) is no registry", hint: "write HOST or HOST:PORT, such as docker.io")
    }
    return ["index.docker.io", "registry-1.docker.io"].contains(name) ? "docker.io" : name.lowercased()
  }
}

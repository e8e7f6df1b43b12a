import OCI

/// The words of EXPOSE: `8000`, `8000/udp`, `8000-8002/tcp`.
enum ExposedPorts {
  /// `PORT/PROTOCOL`, in the order of the words.
  ///
  /// - Throws: `BuildError` with code `input` for a word that is no port.
  static func parse(_ words: [String]) throws(BuildError) -> [String] {
    var ports: [String] = []
    for word in words {
      let parts = word.split(separator: "/", omittingEmptySubsequences: false)
      let kind = parts.count == 2 ? parts[1].lowercased() : "tcp"
      let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      guard parts.count <= 2, ["tcp", "udp", "sctp"].contains(kind), let first = ends.first, let last = ends.last,
        ends.count <= 2, (1...65_535).contains(first), (first...65_535).contains(last)
      else {
        throw BuildError(
          code: .input, message: "EXPOSE \(word): that is no port", hint: "write a number from 1 to 65535, or 8000/udp")
      }
      ports += (first...last).map { "\($0)/\(kind)" }
    }
    return ports
  }
}

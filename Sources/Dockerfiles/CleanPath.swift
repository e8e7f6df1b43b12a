/// The shortest path that means the same, by its text alone.
enum CleanPath {
  /// Without `.`, empty parts and inner `..`; `.` when nothing is left.
  ///
  /// Source: Go's `filepath.Clean` on Unix.
  static func of(_ path: String) -> String {
    let isAbsolute = path.unicodeScalars.first == "/"
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(part)
      } else if let last = parts.last, last != ".." {
        parts.removeLast()
      } else if !isAbsolute {
        parts.append(part)
      }
    }
    let joined = parts.joined(separator: "/")
    if isAbsolute { return "/" + joined }
    return joined.isEmpty ? "." : joined
  }
}

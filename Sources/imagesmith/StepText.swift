import Builds

/// A step and the time it took, as people read them.
enum StepText {
  /// Such as `0.4s` or `1m12s`.
  static func seconds(_ seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded())
    guard tenths >= 600 else { return "\(tenths / 10).\(tenths % 10)s" }
    return "\(tenths / 600)m\(tenths / 10 % 60)s"
  }

  /// The instruction on one line: blanks and line ends a space each, at most so many characters.
  static func instruction(_ step: Step, limit: Int = 160) -> String {
    let words = step.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let line = TerminalText.plain(words.utf8)
    return line.count > limit ? line.prefix(limit - 1) + "…" : line
  }
}

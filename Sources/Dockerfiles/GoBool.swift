/// Truth values as Go reads them: `1`, `t`, `true`, `0`, `f`, `false`, in small letters, capitals, or with one capital.
///
/// Source: Go's `strconv.ParseBool`, which Docker's options use.
enum GoBool {
  /// Nil when the text is neither.
  static func parse(_ text: String) -> Bool? {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True": true
    case "0", "f", "F", "false", "FALSE", "False": false
    default: nil
    }
  }
}

/// How long ago something was, for people.
enum ElapsedTime {
  /// Such as `now`, `5m`, `3h`, `12d`.
  static func text(seconds: Int) -> String {
    switch seconds {
    case ..<60: "now"
    case ..<3600: "\(seconds / 60)m"
    case ..<86_400: "\(seconds / 3600)h"
    default: "\(seconds / 86_400)d"
    }
  }
}

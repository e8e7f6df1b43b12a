import FoundationEssentials

/// A moment as an image's configuration has it.
///
/// Source: RFC 3339.
package enum Timestamp {
  /// Such as `2026-01-01T00:00:00Z`.
  ///
  /// - Parameter seconds: since 1970.
  package static func text(seconds: Int) -> String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
  }
}

import CLinux

/// How many characters a terminal shows.
package struct TerminalSize: Sendable, Equatable {
  package var columns: Int
  package var rows: Int

  package init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }

  /// The size now; nil when the descriptor is no terminal. One that does not know its size has 80 by 24.
  package static func of(_ descriptor: Int32) -> TerminalSize? {
    var columns: UInt16 = 0
    var rows: UInt16 = 0
    guard imagesmith_window_size(descriptor, &columns, &rows) == 0 else { return nil }
    return TerminalSize(columns: columns == 0 ? 80 : Int(columns), rows: rows == 0 ? 24 : Int(rows))
  }
}

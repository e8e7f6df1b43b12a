/// The lines at the bottom of a terminal that are drawn again and again, while what is written goes above them.
///
/// Between two drawings the cursor is visible, at the start of the line below them: so a program that is killed leaves the
/// terminal as it should be.
struct LiveArea {
  private var lines: [ScreenLine] = []
  /// The columns that each line took when it was drawn.
  private var widths: [Int] = []

  var isEmpty: Bool { lines.isEmpty }

  /// What to send to the terminal so that `text`, of whole lines, stands above, and `lines` are the area's; nil keeps them.
  mutating func draw(
    above text: String = "", lines new: [ScreenLine]? = nil, columns: Int, isColoured: Bool
  ) -> String {
    let old = erasure(columns: columns)
    lines = new ?? lines
    let texts = lines.map { $0.text(columns: columns, isColoured: false) }
    widths = texts.map(TerminalText.width)
    let drawn = lines.map { $0.text(columns: columns, isColoured: isColoured) + "\n" }.joined()
    guard !old.isEmpty || !drawn.isEmpty else { return text }
    return "\u{1B}[?25l" + old + text + drawn + "\u{1B}[?25h"
  }

  /// Terminals wrap lines anew when they become narrower, so a line may take more than one row by now.
  private func erasure(columns: Int) -> String {
    let rows = widths.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(columns, 1)) }
    return rows == 0 ? "" : "\u{1B}[\(rows)A\r\u{1B}[J"
  }
}

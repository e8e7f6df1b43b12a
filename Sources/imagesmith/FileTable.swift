import FoundationEssentials
import Images

/// What `ls` shows to people: names, or aligned columns.
struct FileTable {
  private let rows: [FileRow]
  private let isLong: Bool
  private let showsTotals: Bool
  private let style: TextStyle

  init(_ rows: [FileRow], isLong: Bool, showsTotals: Bool, _ style: TextStyle) {
    self.rows = rows
    self.isLong = isLong
    self.showsTotals = showsTotals
    self.style = style
  }

  var text: String {
    let cells = rows.map(cells)
    var widths: [Int] = []
    for row in cells {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.text.count)
      }
    }
    return zip(rows, cells).map { row, cells in
      let columns = zip(cells, widths).map { $0.isNumber ? $0.text.leftPadded(to: $1) : $0.text.padded(to: $1) }
      return (columns + [name(of: row)]).joined(separator: " ") + "\n"
    }.joined()
  }

  private typealias Cell = (text: String, isNumber: Bool)

  private func cells(_ row: FileRow) -> [Cell] {
    var cells: [Cell] = []
    if showsTotals { cells.append((ByteCount.text(row.total ?? 0), true)) }
    guard isLong else { return cells }
    cells.append((row.modeText, false))
    cells.append(("\(row.links)", true))
    cells.append((row.user.printable, false))
    cells.append((row.group.printable, false))
    cells.append((Self.size(of: row), true))
    cells.append((Self.time(row.modified), false))
    return cells
  }

  private static func size(of row: FileRow) -> String {
    switch row.kind {
    case .characterDevice(let major, let minor), .blockDevice(let major, let minor): "\(major), \(minor)"
    case .symlink(let target): "\(target.count)"
    default: "\(row.size)"
    }
  }

  /// In UTC: the same image looks the same everywhere.
  private static func time(_ seconds: Int) -> String {
    Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(
      .iso8601.year().month().day().dateSeparator(.dash).dateTimeSeparator(.space).time(
        includingFractionalSeconds: false)
    ).prefix(16).description
  }

  private func name(of row: FileRow) -> String {
    let name = row.name.printableName
    let shown =
      switch row.kind {
      case .directory: style.paint(name, .blue)
      case .symlink: style.paint(name, .cyan)
      case .whiteout, .opaque: style.paint(name, .red)
      case .file where row.mode & 0o111 != 0: style.paint(name, .green)
      default: name
      }
    // Names alone must say what is there no more.
    let mark = isLong ? "" : row.kind == .whiteout ? "- " : row.kind == .opaque ? "! " : ""
    return mark + shown + (isLong ? row.target.map { " -> \($0)" } ?? "" : "")
  }
}

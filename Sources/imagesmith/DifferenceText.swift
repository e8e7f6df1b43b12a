import Images
import Layers

/// What `diff` shows to people: config, then packages, then files, the biggest first.
struct DifferenceText {
  private let difference: ImageDifference
  private let before: Image
  private let after: Image
  private let isRecursive: Bool
  private let style: TextStyle

  init(_ difference: ImageDifference, _ before: Image, _ after: Image, isRecursive: Bool, _ style: TextStyle) {
    self.difference = difference
    self.before = before
    self.after = after
    self.isRecursive = isRecursive
    self.style = style
  }

  var text: String {
    let parts = [config, packages, files].filter { !$0.isEmpty }
    guard !parts.isEmpty else { return "" }
    let names = [("---", before, TextStyle.Colour.red), ("+++", after, .green)].map { sign, image, colour in
      let size = ByteCount.text(image.size)
      return style.paint("\(sign) \(image.name.printable)", colour)
        + style.faint("  \(size) in \(image.layers.count) layers")
    }
    return (names + parts.flatMap(\.self)).joined(separator: "\n") + "\n"
  }

  private var config: [String] {
    guard !difference.config.isEmpty else { return [] }
    let width = difference.config.map(\.field.count).max() ?? 0
    return [style.bold("config")]
      + difference.config.map { line($0.field.printable.padded(to: min(width, 40)), $0.before, $0.after) }
  }

  private var packages: [String] {
    guard !difference.packages.isEmpty else { return [] }
    let width = difference.packages.map(\.package.name.count).max() ?? 0
    return [style.bold("packages")]
      + difference.packages.map { change in
        let manager = change.package.manager.rawValue.padded(to: 5)
        return line(
          "\(manager) \(change.package.name.printable.padded(to: min(width, 40)))", change.before, change.after)
      }
  }

  private func line(_ name: String, _ before: String?, _ after: String?) -> String {
    switch (before?.printable, after?.printable) {
    case (let before?, let after?): "  \(style.paint("~", .yellow)) \(name)  \(before) → \(after)"
    case (nil, let after?): "  \(style.paint("+", .green)) \(name)  \(after)"
    case (let before?, nil): "  \(style.paint("-", .red)) \(name)  \(before)"
    case (nil, nil): name
    }
  }

  /// A line of the list of files: one path, or a directory that only one image has, with all in it.
  private struct Row {
    var change: FileChange
    var weight: Int
    var count = 1
  }

  private var files: [String] {
    guard !difference.files.isEmpty else { return [] }
    var rows: [Row] = []
    // By path: what is in a directory follows it.
    for change in difference.files {
      if !isRecursive, let last = rows.last, last.change.isWhole, change.isWhole,
        change.isAddition == last.change.isAddition, change.path.isWithin(last.change.path)
      {
        rows[rows.count - 1].weight += change.weight
        rows[rows.count - 1].count += 1
      } else {
        rows.append(Row(change: change, weight: change.weight))
      }
    }
    rows.sort { ($1.weight, $0.change.path) < ($0.weight, $1.change.path) }
    let sizes = rows.map { Self.size(of: $0) }
    let width = sizes.map(\.count).max() ?? 0
    return [style.bold("files") + style.faint("  \(summary)")]
      + zip(rows, sizes).map { row, size in show(row, size.leftPadded(to: width)) }
  }

  private var summary: String {
    let added = difference.files.filter { $0.before == nil }
    let removed = difference.files.filter { $0.after == nil }
    let changed = difference.files.count - added.count - removed.count
    func bytes(_ changes: [FileChange]) -> String {
      changes.isEmpty ? "" : " (\(ByteCount.text(changes.reduce(0) { $0 + $1.weight })))"
    }
    return "\(added.count) added\(bytes(added)), \(removed.count) removed\(bytes(removed)), \(changed) changed"
  }

  private static func size(of row: Row) -> String {
    guard let before = row.change.before, let after = row.change.after else { return ByteCount.text(row.weight) }
    return before.size == after.size
      ? ByteCount.text(after.size) : "\(ByteCount.text(before.size)) → \(ByteCount.text(after.size))"
  }

  private func show(_ row: Row, _ size: String) -> String {
    let change = row.change
    let isDirectory = (change.after ?? change.before)?.kind == .directory
    let name = "/" + change.path.bytes.printableName + (isDirectory && !change.path.isRoot ? "/" : "")
    let sign =
      change.isWhole
      ? (change.isAddition ? style.paint("+", .green) : style.paint("-", .red)) : style.paint("~", .yellow)
    var notes: [String] = []
    if row.count > 1 { notes.append("\(row.count - 1) in it") }
    if change.isWhole, let node = change.after ?? change.before { notes.append("\(node.uid):\(node.gid)") }
    if let before = change.before, let after = change.after {
      notes += change.aspects.map { aspect in
        switch aspect {
        case .mode: "mode \(String(before.mode, radix: 8)) → \(String(after.mode, radix: 8))"
        case .owner: "owner \(before.uid):\(before.gid) → \(after.uid):\(after.gid)"
        default: aspect.rawValue
        }
      }
    }
    return "  \(sign) \(size)  \(name)  \(style.faint(notes.joined(separator: ", ")))"
  }
}

extension FileChange {
  /// Whether only one image has it.
  fileprivate var isWhole: Bool { before == nil || after == nil }
  fileprivate var isAddition: Bool { before == nil }
}

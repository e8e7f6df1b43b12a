/// The lines in which two texts differ, in the unified format of diff(1): three lines of context, paths as given.
package struct UnifiedDiff: Sendable, Equatable, CustomStringConvertible {
  /// Empty when the texts are equal; else it ends with a newline.
  package let description: String

  private static let context = 3

  package init(old: String, new: String, oldName: String, newName: String) {
    let script = Self.script(from: Self.lines(of: old), to: Self.lines(of: new))
    let hunks = Self.hunks(of: script).map { Self.render(script, $0) }
    description = hunks.isEmpty ? "" : "--- \(oldName)\n+++ \(newName)\n" + hunks.joined()
  }

  private typealias Line = [UInt8]

  private enum Edit {
    case keep(Line)
    case remove(Line)
    case insert(Line)

    var isChange: Bool { if case .keep = self { false } else { true } }
    /// How many lines of the old and of the new text it stands for.
    var span: (old: Int, new: Int) {
      switch self {
      case .keep: (1, 1)
      case .remove: (1, 0)
      case .insert: (0, 1)
      }
    }
    var text: String {
      switch self {
      case .keep(let line): " " + String(decoding: line, as: UTF8.self)
      case .remove(let line): "-" + String(decoding: line, as: UTF8.self)
      case .insert(let line): "+" + String(decoding: line, as: UTF8.self)
      }
    }
  }

  /// Each line with its newline; a last line without one says so, as diff(1) has it. Lines are bytes, because strings
  /// that differ in bytes may be equal.
  private static func lines(of text: String) -> [Line] {
    let newline = UInt8(ascii: "\n")
    var lines = text.utf8.split(separator: newline, omittingEmptySubsequences: false).map { Line($0) + [newline] }
    if let last = lines.popLast(), last != [newline] {
      lines.append(last + Line("\\ No newline at end of file\n".utf8))
    }
    return lines
  }

  /// The whole way from the old lines to the new ones, removals before insertions.
  private static func script(from old: [Line], to new: [Line]) -> [Edit] {
    let difference = new.difference(from: old)
    var removed = Set<Int>()
    var inserted = Set<Int>()
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var script: [Edit] = []
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      if removed.contains(i) {
        script.append(.remove(old[i]))
        i += 1
      } else if inserted.contains(j) {
        script.append(.insert(new[j]))
        j += 1
      } else {
        script.append(.keep(old[i]))
        i += 1
        j += 1
      }
    }
    return script
  }

  /// The runs of the script to show: changes that are near to each other share one.
  private static func hunks(of script: [Edit]) -> [Range<Int>] {
    var hunks: [Range<Int>] = []
    for index in script.indices where script[index].isChange {
      let range = max(0, index - context)..<min(script.count, index + context + 1)
      if let last = hunks.last, range.lowerBound <= last.upperBound {
        hunks[hunks.count - 1] = last.lowerBound..<range.upperBound
      } else {
        hunks.append(range)
      }
    }
    return hunks
  }

  private static func render(_ script: [Edit], _ hunk: Range<Int>) -> String {
    let before = count(script[..<hunk.lowerBound])
    let inside = count(script[hunk])
    let old = range(after: before.old, count: inside.old)
    let new = range(after: before.new, count: inside.new)
    return "@@ -\(old) +\(new) @@\n" + script[hunk].map(\.text).joined()
  }

  private static func count(_ edits: ArraySlice<Edit>) -> (old: Int, new: Int) {
    edits.reduce(into: (old: 0, new: 0)) { sum, edit in
      sum.old += edit.span.old
      sum.new += edit.span.new
    }
  }

  /// The first line and the number of lines; an empty range names the line before it.
  private static func range(after line: Int, count: Int) -> String {
    count == 1 ? "\(line + 1)" : "\(count == 0 ? line : line + 1),\(count)"
  }
}

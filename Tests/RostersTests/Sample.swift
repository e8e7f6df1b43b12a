import Foundation

@testable import Rosters

/// A roster without a problem, from which each test makes one with problems.
enum Sample {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
  static let repository = folder.deletingLastPathComponent().deletingLastPathComponent()

  static func text() throws -> String {
    try String(contentsOf: folder.appending(path: "Fixtures/sample.yaml"), encoding: .utf8)
  }

  /// The problems of a text; none when it is a roster.
  static func problems(_ text: String) -> [RosterProblem] {
    do {
      _ = try RosterReader().read(text)
      return []
    } catch {
      return error.problems
    }
  }
}

/// The sample with one change.
struct Change: Sendable, CustomStringConvertible {
  /// What of the sample is replaced.
  var old: String
  /// By what; `¦` stands before the place that the problem has to name, and is taken out.
  var new: String
  var message = ""
  var hint: String?
  var further: [(old: String, new: String, times: Int)] = []

  init(_ old: String, _ new: String, _ message: String = "", hint: String? = nil) {
    self.old = old
    self.new = new
    self.message = message
    self.hint = hint
  }

  var description: String { new }

  /// A further replacement, below the place.
  func and(_ old: String, _ new: String, times: Int) -> Change {
    var change = self
    change.further.append((old, new, times))
    return change
  }

  /// The changed text without the mark, and the place of the mark.
  func applied() throws -> (text: String, place: (line: Int, column: Int)?) {
    let sample = try Sample.text()
    guard sample.contains(old) else { throw NotInSample(old: old) }
    var marked = sample.replacing(old, with: new, maxReplacements: 1)
    for (old, new, times) in further { marked = marked.replacing(old, with: new, maxReplacements: times) }
    guard let mark = marked.firstIndex(of: "¦") else { return (marked, nil) }
    let before = marked[..<mark]
    let line = before.split(separator: "\n", omittingEmptySubsequences: false)
    return (marked.replacing("¦", with: ""), (line.count, (line.last?.unicodeScalars.count ?? 0) + 1))
  }

  struct NotInSample: Error {
    var old: String
  }
}

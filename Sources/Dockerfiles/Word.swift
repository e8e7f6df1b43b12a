/// A piece of an instruction as written, before variable expansion, with the place of each of its scalars.
package struct Word: Sendable, Hashable {
  /// The text, with its quotes, escapes and variables.
  package let text: String
  /// Where runs of adjacent scalars begin: continuation lines and removed quotes leave gaps between them.
  private let runs: [Run]

  /// Scalars that follow one another in a line of the file.
  struct Run: Sendable, Hashable {
    /// Of the first of them in the text.
    let offset: Int
    let location: SourceLocation
  }

  /// A word whose runs are known, by their offsets.
  init(_ text: String, runs: [Run]) {
    self.text = text
    self.runs = runs
  }

  /// A word that stands in one line.
  package init(_ text: String, at location: SourceLocation) {
    self.text = text
    runs = [Run(offset: 0, location: location)]
  }

  init(_ fragment: Fragment) {
    text = fragment.text
    var runs = [Run(offset: 0, location: fragment.start)]
    var expected = fragment.start
    for (offset, place) in fragment.places.enumerated() {
      if place != expected { runs.append(Run(offset: offset, location: place)) }
      expected = place.advanced(by: 1)
    }
    self.runs = runs
  }

  /// Where the word begins.
  package var location: SourceLocation { location(at: 0) }

  /// The place of the scalar at `offset`, counted in scalars from 0.
  package func location(at offset: Int) -> SourceLocation {
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].offset <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return SourceLocation(line: 1, column: 1) }
    return runs[low - 1].location.advanced(by: offset - runs[low - 1].offset)
  }

  /// Whether expansion could change the word by a variable.
  package var hasVariable: Bool { text.unicodeScalars.contains("$") }
}

/// A run of an instruction's text in which every scalar still knows its place in the file.
struct Fragment: Sendable, Hashable {
  private(set) var scalars: [Unicode.Scalar]
  /// As many as there are scalars.
  private(set) var places: [SourceLocation]
  /// Where an empty fragment would stand, and where text after the last scalar would.
  private(set) var end: SourceLocation

  init(emptyAt location: SourceLocation) {
    scalars = []
    places = []
    end = location
  }

  /// A whole line of a file.
  init(_ text: some Sequence<Unicode.Scalar>, line: Int) {
    self.init(emptyAt: SourceLocation(line: line, column: 1))
    for scalar in text { append(scalar, at: end) }
  }

  var text: String { String(String.UnicodeScalarView(scalars)) }
  var count: Int { scalars.count }
  var isEmpty: Bool { scalars.isEmpty }
  var start: SourceLocation { places.first ?? end }

  mutating func append(_ scalar: Unicode.Scalar, at place: SourceLocation) {
    scalars.append(scalar)
    places.append(place)
    end = place.advanced(by: 1)
  }

  mutating func append(_ other: Fragment) {
    scalars += other.scalars
    places += other.places
    end = other.end
  }

  /// The scalars at these offsets.
  subscript(range: Range<Int>) -> Fragment {
    var piece = Fragment(emptyAt: range.lowerBound < count ? places[range.lowerBound] : end)
    let range = range.clamped(to: 0..<count)
    piece.scalars = Array(scalars[range])
    piece.places = Array(places[range])
    if let last = piece.places.last { piece.end = last.advanced(by: 1) }
    return piece
  }

  func dropFirst(_ number: Int) -> Fragment { self[min(number, count)..<count] }
  func dropLast(_ number: Int) -> Fragment { self[0..<max(count - number, 0)] }

  func trimmingLeft() -> Fragment { dropFirst(scalars.prefix(while: \.isSpace).count) }
  func trimmingRight() -> Fragment { dropLast(scalars.reversed().prefix(while: \.isSpace).count) }
  func trimmed() -> Fragment { trimmingLeft().trimmingRight() }

  func hasPrefix(_ prefix: String) -> Bool { scalars.starts(with: prefix.unicodeScalars) }

  /// The first word, and what follows it with the blanks between taken away.
  func splitFirstWord() -> (first: Fragment, rest: Fragment) {
    let length = scalars.firstIndex(where: \.isBlank) ?? count
    return (self[0..<length], dropFirst(length).trimmingLeft())
  }

  /// The pieces between blanks; quotes mean nothing here.
  func splitBlanks() -> [Fragment] {
    var pieces: [Fragment] = []
    var begin: Int?
    for index in 0...count {
      let isBlank = index == count || scalars[index].isBlank
      if isBlank, let start = begin {
        pieces.append(self[start..<index])
        begin = nil
      } else if !isBlank, begin == nil {
        begin = index
      }
    }
    return pieces
  }

  /// The parts before and after the first `separator`; nil when there is none.
  func split(at separator: Unicode.Scalar) -> (Fragment, Fragment)? {
    guard let index = scalars.firstIndex(of: separator) else { return nil }
    return (self[0..<index], dropFirst(index + 1))
  }
}

extension Unicode.Scalar {
  /// White space as Unicode defines it.
  var isSpace: Bool { properties.isWhitespace }

  /// What separates the words of a line.
  var isBlank: Bool { self == " " || self == "\t" || self == "\r" || self == "\u{B}" || self == "\u{C}" }

  var isDecimalDigit: Bool { ("0"..."9").contains(self) }
}

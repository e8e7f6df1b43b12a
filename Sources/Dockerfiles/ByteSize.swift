/// Sizes in bytes as Docker's flags have them: a number with a unit of 1024, such as `64m`, `1.5 GiB` or `512`.
package enum ByteSize {
  private static let units = ["k", "m", "g", "t", "p"]

  /// Bytes; nil when the text is no size, or one of 8 EiB or more.
  package static func parse(_ text: String) -> Int64? {
    let number = text.prefix { $0.isASCIIDigit || $0 == "." }
    var unit = text.dropFirst(number.count).drop { $0 == " " }.lowercased()
    guard let value = Double(number), value >= 0 else { return nil }
    var factor = 1.0
    if let first = unit.first, let power = units.firstIndex(of: String(first)) {
      for _ in 0...power { factor *= 1024 }
      unit.removeFirst()
      if unit == "ib" { unit = "" }
    }
    guard unit.isEmpty || unit == "b" else { return nil }
    return Int64(exactly: (value * factor).rounded(.down))
  }
}

/// Durations as Go writes them, such as `1m30s` or `-1.5h`.
///
/// Source: Go's `time.ParseDuration`, which Docker's flags use.
package enum GoDuration {
  static let millisecond: Int64 = 1_000_000

  private static let units: [(name: String, nanoseconds: Int64)] = [
    ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", millisecond), ("s", 1_000 * millisecond),
    ("m", 60_000 * millisecond), ("h", 3_600_000 * millisecond),
  ]

  /// Nanoseconds; nil when the text is no duration, or one of more than 292 years.
  package static func parse(_ text: String) -> Int64? {
    var rest = Substring(text)
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest.removeFirst() }
    if rest == "0" { return 0 }
    guard !rest.isEmpty else { return nil }
    var total: Int64 = 0
    while !rest.isEmpty {
      guard let part = part(&rest) else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(part)
      if overflow { return nil }
      total = sum
    }
    return isNegative ? -total : total
  }

  /// One number with its unit, taken off the front.
  private static func part(_ rest: inout Substring) -> Int64? {
    let whole = digits(&rest)
    var fraction: Substring = ""
    if rest.first == "." {
      rest.removeFirst()
      fraction = digits(&rest)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    let name = rest.prefix { $0 != "." && !$0.isASCIIDigit }
    guard let unit = units.first(where: { $0.name == name })?.nanoseconds else { return nil }
    rest.removeFirst(name.count)
    guard let number = whole.isEmpty ? 0 : Int64(whole) else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: unit)
    var value = product
    var scale = unit
    for digit in fraction {
      scale /= 10
      value = value.addingReportingOverflow(scale * Int64(digit.wholeNumberValue ?? 0)).partialValue
    }
    return overflow || value < 0 ? nil : value
  }

  private static func digits(_ rest: inout Substring) -> Substring {
    let digits = rest.prefix(while: \.isASCIIDigit)
    rest.removeFirst(digits.count)
    return digits
  }
}

extension Character {
  var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}

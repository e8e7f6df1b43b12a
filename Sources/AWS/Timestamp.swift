/// A moment in UTC, to the second, as AWS writes it: in signatures, in expiry times and in `Date` headers.
package struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
  package var seconds: Int

  package init(seconds: Int) {
    self.seconds = seconds
  }

  package static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }

  package static func + (moment: Self, seconds: Int) -> Self { Self(seconds: moment.seconds + seconds) }

  package static func - (left: Self, right: Self) -> Int { left.seconds - right.seconds }

  /// `2026-11-21T13:50:00Z`. Source: ISO 8601.
  package var description: String {
    let parts = fields
    return "\(pad(parts.year, 4))-\(pad(parts.month))-\(pad(parts.day))T\(pad(parts.hour)):\(pad(parts.minute)):"
      + "\(pad(parts.second))Z"
  }

  /// `20261121T135000Z`, the form of `X-Amz-Date`.
  package var basic: String {
    let parts = fields
    return "\(date)T\(pad(parts.hour))\(pad(parts.minute))\(pad(parts.second))Z"
  }

  /// `20261121`, the date of a credential scope.
  package var date: String {
    let parts = fields
    return "\(pad(parts.year, 4))\(pad(parts.month))\(pad(parts.day))"
  }

  /// Reads `2026-11-21T13:50:00Z`, with or without a fraction of a second, with `Z` or an offset such as `+01:00`.
  package init?(iso text: String) {
    guard let t = text.firstIndex(where: { $0 == "T" || $0 == " " }) else { return nil }
    let day = text[..<t].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    var clock = text[text.index(after: t)...]
    var offset = 0
    if clock.hasSuffix("Z") || clock.hasSuffix("z") {
      clock.removeLast()
    } else if let sign = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) {
      let digits = clock[clock.index(after: sign)...].filter { $0 != ":" }
      guard digits.count == 4, let number = Int(digits), number % 100 < 60 else { return nil }
      offset = (number / 100 * 60 + number % 100) * (clock[sign] == "-" ? -60 : 60)
      clock = clock[..<sign]
    }
    let time = clock.prefix { $0 != "." && $0 != "," }.split(separator: ":").map(String.init)
    guard day.count == 3, time.count == 3, let moment = Self(day: day, time: time) else { return nil }
    seconds = moment.seconds - offset
  }

  /// Reads `Sat, 21 Nov 2026 13:50:00 GMT`. Source: RFC 9110, section 5.6.7.
  package init?(http text: String) {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 6, words[5] == "GMT", let month = Self.months.firstIndex(of: words[2]) else { return nil }
    let time = words[4].split(separator: ":").map(String.init)
    guard time.count == 3, let moment = Self(day: [words[3], "\(month + 1)", words[1]], time: time) else { return nil }
    self = moment
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private init?(day: [String], time: [String]) {
    let numbers = (day + time).compactMap { $0.utf8.allSatisfy { (48...57).contains($0) } ? Int($0) : nil }
    guard numbers.count == 6, (1...9999).contains(numbers[0]), (1...12).contains(numbers[1]),
      (1...31).contains(numbers[2]), numbers[3] < 24, numbers[4] < 60, numbers[5] <= 60
    else { return nil }
    let days = Self.days(year: numbers[0], month: numbers[1], day: numbers[2])
    seconds = days * 86_400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]
  }

  /// Days since 1970-01-01 in the Gregorian calendar, counted in years that begin in March, so that the leap day is last.
  private static func days(year: Int, month: Int, day: Int) -> Int {
    let marchYear = month > 2 ? year : year - 1
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468
  }

  private var fields: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
    let second = ((seconds % 86_400) + 86_400) % 86_400
    let days = (seconds - second) / 86_400 + 719_468
    let era = (days >= 0 ? days : days - 146_096) / 146_097
    let dayOfEra = days - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1, second / 3600,
      second / 60 % 60, second % 60
    )
  }

  private func pad(_ number: Int, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

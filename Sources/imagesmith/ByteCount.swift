/// A number of bytes, for people.
enum ByteCount {
  static func text(_ bytes: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    guard unit > 0 else { return "\(bytes) B" }
    let tenths = Int((value * 10).rounded())
    return value >= 100 ? "\(Int(value.rounded())) \(units[unit])" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }

  /// Bytes, as `10GB`, `1.5 GiB`, `500m` or a plain number.
  ///
  /// - Throws: `Failure` naming `option` for anything else.
  static func parse(_ text: String, option: String) throws -> Int {
    let lower = text.lowercased().filter { $0 != " " }
    let digits = lower.prefix { $0.isNumber || $0 == "." }
    let factors: [String: Double] = [
      "": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9, "t": 1e12, "tb": 1e12,
      "kib": 0x1p10, "mib": 0x1p20, "gib": 0x1p30, "tib": 0x1p40,
    ]
    guard let number = Double(digits), let factor = factors[String(lower.dropFirst(digits.count))],
      number * factor < 0x1p62
    else {
      throw Failure(.usage, "\(option) '\(text)' is no size", hint: "write it as 500MB, 10GB or 1.5GiB")
    }
    return Int(number * factor)
  }
}

/// The values of an option that takes `NAME=VALUE`.
enum NameValue {
  /// - Parameters:
  ///   - elsewhere: where a name without a value finds it; a name that is not there either is left out.
  ///   - standard: the value of a name that has none; nil refuses it.
  /// - Throws: `Failure` for a value without a name.
  static func pairs(
    _ texts: [String], option: String, elsewhere: [String: String]? = nil, or standard: String? = nil
  ) throws -> [String: String] {
    var pairs: [String: String] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let name = parts.first, !name.isEmpty, parts.count == 2 || elsewhere != nil || standard != nil else {
        throw Failure(.usage, "\(option) \(text) is not understood", hint: "write \(option) NAME=VALUE")
      }
      pairs[name] = parts.count == 2 ? parts[1] : elsewhere?[name] ?? standard
    }
    return pairs
  }
}

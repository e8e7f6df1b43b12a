/// How many bytes must be put in, left out or changed to make one name the other.
enum EditDistance {
  static func between(_ one: [UInt8], _ other: [UInt8]) -> Int {
    guard one.count <= 255, other.count <= 255 else { return .max }
    var previous = Array(0...other.count)
    for (row, left) in one.enumerated() {
      var current = [row + 1]
      for (column, right) in other.enumerated() {
        current.append(
          min(previous[column + 1] + 1, current[column] + 1, previous[column] + (left == right ? 0 : 1)))
      }
      previous = current
    }
    return previous[other.count]
  }
}

/// Finds the name that was probably meant.
enum NearestName {
  /// The candidate with the fewest typing mistakes (insert, delete, replace, swap two neighbours) away from `word`,
  /// ignoring case; nil when none is near, which is more than a third of the word away. Only the first 200 candidates are
  /// looked at.
  static func of(_ word: String, in candidates: some Sequence<String>) -> String? {
    let letters = Array(word.lowercased())
    guard letters.count <= 64 else { return nil }
    let limit = max(1, letters.count / 3)
    return candidates.prefix(200).map { (name: $0, distance: distance(letters, Array($0.lowercased()))) }
      .filter { $0.distance <= limit && $0.distance < letters.count }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
  }

  /// Optimal string alignment distance (Damerau's, each part edited once).
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var before: [Int] = []
    var previous = Array(0...right.count)
    for row in 0..<left.count {
      var current = [row + 1]
      for column in 0..<right.count {
        let replace = previous[column] + (left[row] == right[column] ? 0 : 1)
        var best = min(replace, previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          best = min(best, before[column - 1] + 1)
        }
        current.append(best)
      }
      before = previous
      previous = current
    }
    return previous[right.count]
  }
}

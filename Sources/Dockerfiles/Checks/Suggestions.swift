/// Finds which names were meant by wrong ones, without taking long over a file with very many of both.
struct Suggestions {
  /// How many names are compared in all.
  private var budget = 200_000

  mutating func nearest(to name: String, among names: some Collection<String>) -> String? {
    guard budget >= names.count else { return nil }
    budget -= names.count
    return NearestName.of(name, among: names.sorted())
  }
}

extension Sequence where Element: Sendable, Self: Sendable {
  /// The results of `body` for each element, in the elements' order, with at most `limit` of them at work at once.
  ///
  /// The first error cancels the rest.
  package func mapConcurrently<Value: Sendable>(
    limit: Int, _ body: @escaping @Sendable (Element) async throws -> Value
  ) async throws -> [Value] {
    try await withThrowingTaskGroup(of: (Int, Value).self) { group in
      var values: [Int: Value] = [:]
      var running = 0
      for (index, element) in enumerated() {
        if running >= limit, let (done, value) = try await group.next() {
          values[done] = value
          running -= 1
        }
        running += 1
        group.addTask { (index, try await body(element)) }
      }
      for try await (done, value) in group { values[done] = value }
      return values.sorted { $0.key < $1.key }.map(\.value)
    }
  }
}

import Dockerfiles
import FoundationEssentials

/// Builds stages side by side, each as soon as those that it needs are finished.
struct StageSchedule: Sendable {
  /// Each after those that it needs itself, the target last.
  let order: [Int]
  private let needs: [Int: Set<Int>]

  /// - Parameter replaced: names of stages whose place a build context takes.
  /// - Throws: `DockerfileError` for a target that is not there, or stages that need one another in a circle.
  init(_ graph: StageGraph, target: String?, replaced: Set<String>) throws(DockerfileError) {
    order = try graph.reachable(target: target, replaced: replaced)
    var needs: [Int: Set<Int>] = [:]
    for index in order {
      needs[index] = Set(
        try graph.dependencies(of: index).compactMap { if case .stage(let stage) = $0 { stage } else { nil } }
      ).intersection(order)
    }
    self.needs = needs
  }

  /// How many stages are built at a time: what they compress and unpack takes memory and all processors anyway.
  static let width = max(2, min(4, ProcessInfo.processInfo.activeProcessorCount))

  /// Builds all, and gives them by their number.
  ///
  /// - Parameter build: builds one stage; it is given those that are finished, all that it needs among them.
  /// - Throws: what the first stage that failed has failed with, when the others, which are cancelled, have ended.
  func run(
    _ build: @escaping @Sendable (_ stage: Int, _ finished: [Int: FinishedStage]) async throws -> FinishedStage
  ) async throws -> [Int: FinishedStage] {
    try await withThrowingTaskGroup(of: (Int, FinishedStage).self) { group in
      var waiting = order
      var finished: [Int: FinishedStage] = [:]
      var running = 0
      while finished.count < order.count {
        while running < Self.width,
          let next = waiting.firstIndex(where: { needs[$0]?.allSatisfy { finished[$0] != nil } == true })
        {
          let index = waiting.remove(at: next)
          let earlier = finished
          running += 1
          group.addTask { (index, try await build(index, earlier)) }
        }
        guard let (index, stage) = try await group.next() else { break }
        finished[index] = stage
        running -= 1
      }
      return finished
    }
  }
}

import Layers
import Synchronization

/// What the steps of a stage have asked of the tree below them.
final class TreeQuestions: Sendable {
  /// By path, whether the content of a file was asked for.
  private let asked = Mutex<[LayerPath: Bool]>([:])

  func note(_ path: LayerPath, wantsContent: Bool = false) {
    asked.withLock { $0[path] = $0[path] ?? false || wantsContent }
  }

  /// Keeps what every layer that is here answers, whether it was asked or another above it had the answer: the one above may
  /// be another in the next build.
  ///
  /// - Throws: `LayerError` when the cache cannot be written.
  func keepAnswers(of layers: [Layer], in cache: BuildCache) throws {
    let asked = asked.withLock { $0 }.sorted { $0.key < $1.key }
    guard !asked.isEmpty else { return }
    for layer in layers {
      let known = KnownLayer(layer, in: cache)
      guard known.isHere else { continue }
      var sights = LayerSights()
      for (path, wantsContent) in asked {
        let answer = try known.look(at: path)
        sights.record(answer, at: path, content: wantsContent ? answer.content() : nil)
      }
      sights.sort()
      try cache.sights.add(sights, of: layer.diffID)
    }
  }
}

extension KnownLayer.Answer {
  /// Of a file that is not large.
  fileprivate func content() -> [UInt8]? {
    switch self {
    case .found(.file(let content)): return content
    case .found(.entry(let entry)):
      guard case .file(let source) = entry.kind else { return nil }
      // A large one is not worth its room.
      return try? source.content(limit: 1 << 16)
    default: return nil
    }
  }
}

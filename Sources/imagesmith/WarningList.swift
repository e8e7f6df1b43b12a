import Synchronization

/// What a build warns of: each once, told when it is over.
final class WarningList: Sendable {
  private let texts = Mutex<[String]>([])

  func add(_ text: String) {
    texts.withLock { texts in
      if !texts.contains(text) { texts.append(text) }
    }
  }

  func tell() {
    for text in texts.withLock({ $0 }) { log.warning("\(text)") }
  }
}

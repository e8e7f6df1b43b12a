import Synchronization

/// Keeps what a walker has to say.
final class NoticeBox: Sendable {
  private let notices = Mutex<[String]>([])

  func add(_ notice: String) { notices.withLock { $0.append(notice) } }

  var all: [String] { notices.withLock { $0 } }
}

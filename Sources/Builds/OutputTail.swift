import Synchronization

/// The last lines that a command wrote, for the message that tells of its failure.
final class OutputTail: Sendable {
  /// A line without end is cut here, so that a command cannot fill the memory. Bytes.
  private static let longest = 64 << 10

  private let lines: Int
  private let bytes = Mutex<[UInt8]>([])

  init(lines: Int) { self.lines = lines }

  func append(_ new: UnsafeRawBufferPointer) {
    bytes.withLock { bytes in
      bytes.append(contentsOf: new)
      guard bytes.count > 2 * Self.longest else { return }
      bytes.removeFirst(bytes.count - Self.longest)
    }
  }

  /// Without trailing white space.
  var text: String {
    let all = String(decoding: bytes.withLock { $0 }, as: UTF8.self)
    let last = all.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).suffix(lines + 1)
    return last.joined(separator: "\n").replacing(/\s+$/, with: "")
  }
}

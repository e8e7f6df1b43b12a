/// The last lines of a command's output, as they come in pieces of any size.
struct OutputLines {
  /// A line without end is cut here. Bytes.
  private static let longest = 8 << 10

  private let limit: Int
  private(set) var lines: [String] = []
  private var rest: [UInt8] = []

  init(limit: Int) { self.limit = limit }

  mutating func append(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        push()
      } else {
        rest.append(byte)
        if rest.count >= Self.longest { push() }
      }
    }
  }

  private mutating func push() {
    let line = TerminalText.plain(rest)
    rest = []
    guard line.contains(where: { !$0.isWhitespace }) else { return }
    lines.append(line)
    if lines.count > limit { lines.removeFirst() }
  }

  /// The last lines, one that has not ended among them.
  func last(_ count: Int) -> [String] {
    let open = TerminalText.plain(rest)
    return (open.isEmpty ? lines : lines + [open]).suffix(count)
  }
}

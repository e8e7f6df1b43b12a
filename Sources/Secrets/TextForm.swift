import Glibc

/// How a content's bytes are to be read, told by how it begins.
struct TextForm {
  enum Width: Sendable {
    case one
    /// UTF-16, with the low byte first, or last.
    case two(lowIsFirst: Bool)
  }

  /// Bytes by which it is told.
  static let headSize = 4096

  var width: Width
  /// Whether there is no NUL among the first bytes.
  var isText: Bool

  var isWide: Bool { if case .two = width { true } else { false } }

  init(beginning piece: UnsafeRawBufferPointer) {
    isText = piece.baseAddress.map { memchr($0, 0, min(piece.count, Self.headSize)) == nil } ?? true
    width = .one
    guard !isText || piece.first == 0xff || piece.first == 0xfe else { return }
    let head = piece.prefix(256)
    if head.starts(with: [0xff, 0xfe]) || Self.isZero(head, from: 1) && !Self.isZero(head, from: 0) {
      width = .two(lowIsFirst: true)
    } else if head.starts(with: [0xfe, 0xff]) || Self.isZero(head, from: 0) && !Self.isZero(head, from: 1) {
      width = .two(lowIsFirst: false)
    }
    if isWide { isText = true }
  }

  /// Whether nearly every second byte is NUL.
  private static func isZero(_ head: Slice<UnsafeRawBufferPointer>, from start: Int) -> Bool {
    guard head.count >= 16 else { return false }
    let places = stride(from: head.startIndex + start, to: head.endIndex, by: 2)
    var zeros = 0
    var all = 0
    for place in places {
      all += 1
      if head[place] == 0 { zeros += 1 }
    }
    return zeros * 10 >= all * 9
  }

  /// Brings characters of two bytes to one: what is not Latin becomes 0xff. Nil where they have one already.
  ///
  /// - Parameter piece: whole characters.
  func narrow(_ piece: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> (used: Int, made: Int)? {
    guard case .two(let lowIsFirst) = width else { return nil }
    let count = min(piece.count / 2, room.count)
    for index in 0..<count {
      let (one, two) = (piece[index * 2], piece[index * 2 + 1])
      let (low, high) = lowIsFirst ? (one, two) : (two, one)
      room[index] = high == 0 ? low : 0xff
    }
    return (count * 2, count)
  }
}

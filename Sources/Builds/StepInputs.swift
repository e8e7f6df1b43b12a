import Native

/// The inputs of a step by name, each with a short hash of what it was: enough to say later which of them is another, and
/// nothing of what they held.
///
/// One run of bytes, to be written to a file as it is. An entry is a code, how many bytes of its name are those of the
/// name before it, the rest of the name, and its detail; numbers are LEB128.
struct StepInputs: Equatable, Sendable {
  /// What is known of an input: of a file 29 bytes, of anything else 8.
  struct Entry: Equatable, Sendable {
    var input: StepInput
    var detail: [UInt8]
  }

  /// Bytes that a record may have. Some 100,000 files; of more it is known only that they are others.
  static let limit = 4 << 20

  private(set) var bytes: [UInt8] = []
  private var lastName: [UInt8] = []

  init() {}

  /// - Parameter bytes: of a record.
  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Whether there is room for one more file.
  var hasRoom: Bool { bytes.count < Self.limit }

  mutating func append(_ input: StepInput, detail: [UInt8]) {
    let name = input.name
    var shared = 0
    while shared < min(name.count, lastName.count), name[shared] == lastName[shared] { shared += 1 }
    bytes.append(input.code)
    append(number: shared)
    append(number: name.count - shared)
    bytes += name[shared...]
    bytes.append(UInt8(detail.count))
    bytes += detail
    lastName = name
  }

  private mutating func append(number: Int) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// The inputs in their order; nil when the bytes are no record.
  func entries() -> [Entry]? {
    var entries: [Entry] = []
    var rest = bytes[...]
    var name: [UInt8] = []
    while let code = rest.popFirst() {
      guard let shared = Self.number(&rest), let count = Self.number(&rest), shared <= name.count, count <= rest.count
      else { return nil }
      name = Array(name[..<shared] + rest.prefix(count))
      rest = rest.dropFirst(count)
      guard let input = StepInput(code: code, name: name), let length = rest.popFirst(), length <= rest.count else {
        return nil
      }
      entries.append(Entry(input: input, detail: Array(rest.prefix(Int(length)))))
      rest = rest.dropFirst(Int(length))
    }
    return entries
  }

  private static func number(_ bytes: inout ArraySlice<UInt8>) -> Int? {
    var value = 0
    var shift = 0
    while let byte = bytes.popFirst(), shift < 35 {
      value |= Int(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}

extension CopiedFile {
  /// Type, mode, owner, and eight bytes each that stand for content and attributes.
  func detail() throws(NativeError) -> [UInt8] {
    var detail: [UInt8] = [type]
    detail.reserveCapacity(29)
    for number in [mode, uid, gid] {
      for shift in [0, 8, 16, 24] as [UInt32] { detail.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
    // A SHA-256 is as good as another hash of it.
    detail += content.count == 32 ? content[..<8] : try StepInputs.short(content)
    detail += try StepInputs.short(attributes)
    return detail
  }

  /// What a detail says; its content and attributes are hashes. Nil for a detail of something else.
  init?(detail: [UInt8]) {
    guard detail.count == 29 else { return nil }
    func number(at offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(detail[offset + $1]) << (8 * UInt32($1)) }
    }
    self.init(
      type: detail[0], mode: number(at: 1), uid: number(at: 5), gid: number(at: 9), content: Array(detail[13..<21]),
      attributes: Array(detail[21...]))
  }
}

extension StepInputs {
  /// Eight bytes that stand for `bytes`; zeros for none.
  static func short(_ bytes: [UInt8]) throws(NativeError) -> ArraySlice<UInt8> {
    bytes.isEmpty ? [0, 0, 0, 0, 0, 0, 0, 0] : try SHA256.hash(bytes).prefix(8)
  }
}

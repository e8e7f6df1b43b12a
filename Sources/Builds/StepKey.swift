import Native
import OCI

/// What decides a step's outcome, as one hash: the same key means the same layer.
package struct StepKey: Hashable, Sendable, Codable, CustomStringConvertible {
  /// 64 lowercase hexadecimal digits, but for the empty tree's.
  package let hex: String

  package var description: String { hex }

  /// Of the empty tree.
  static let scratch = StepKey(hex: "scratch")

  /// A key that depends on both.
  func joined(with other: StepKey) throws(NativeError) -> StepKey {
    var hasher = try StepKeyHasher("joined")
    try hasher.add(self)
    try hasher.add(other)
    return try hasher.finish()
  }
}

/// Gathers the inputs of a step. Each is framed by its length, so that no two lists of inputs run together to the same
/// bytes.
///
/// What is added belongs to the input that `begin` has named last; by these names a later build says which has changed.
struct StepKeyHasher: ~Copyable {
  private var sha: SHA256
  /// What has been framed and is not yet hashed.
  private var buffer: [UInt8] = []
  private var inputs = StepInputs()
  private var input = StepInput.instruction
  /// Of the input that was begun last.
  private var content: [UInt8] = []
  /// Of the files that the record has no room for.
  private var moreFiles: [UInt8] = []

  /// - Parameters:
  ///   - kind: what sort of step it is; changed when the way it is done changes.
  ///   - step: a step's own inputs, from which it goes on; their names are kept.
  init(_ kind: String, after step: (key: StepKey, inputs: StepInputs)? = nil) throws(NativeError) {
    let sha = try SHA256()
    self.sha = sha
    for text in ["imagesmith step 2", kind, step?.key.hex ?? ""] { Self.frame(Array(text.utf8), into: &buffer) }
    if let step { inputs = step.inputs }
  }

  /// What is added from here on belongs to `input`.
  mutating func begin(_ input: StepInput) throws(NativeError) {
    try endInput()
    self.input = input
  }

  mutating func add(_ bytes: [UInt8]) throws(NativeError) {
    try frame(bytes)
    content += bytes
    content.append(0)
  }

  mutating func add(_ text: String) throws(NativeError) {
    try add(Array(text.utf8))
  }

  mutating func add(_ number: Int) throws(NativeError) {
    try add(String(number))
  }

  mutating func add(_ key: StepKey?) throws(NativeError) {
    try add(key?.hex ?? "none")
  }

  /// A list, framed by its count.
  mutating func add(_ texts: [String]) throws(NativeError) {
    try add(texts.count)
    for text in texts { try add(text) }
  }

  /// How many inputs follow, or what groups them: told by them already.
  mutating func addFrame(_ text: [UInt8]) throws(NativeError) { try frame(text) }

  mutating func addFrame(_ count: Int) throws(NativeError) { try frame(Array(String(count).utf8)) }

  /// A file that is copied.
  ///
  /// - Parameters:
  ///   - name: where it comes to lie, seen from where its item does.
  ///   - path: where it is in the source, for people.
  mutating func add(_ file: CopiedFile, named name: [UInt8], path: [UInt8]) throws(NativeError) {
    try endInput()
    try frame(name)
    frame(number: UInt64(file.type) << 32 | UInt64(file.mode))
    frame(number: UInt64(file.uid) << 32 | UInt64(file.gid))
    try frame(file.content)
    try frame(file.attributes)
    if inputs.hasRoom {
      inputs.append(.file(path), detail: try file.detail())
    } else {
      moreFiles = try SHA256.hash(moreFiles + path + file.detail())
    }
  }

  consuming func finish() throws(NativeError) -> StepKey {
    try finishWithInputs().key
  }

  /// The key, and by name what went into it.
  consuming func finishWithInputs() throws(NativeError) -> (key: StepKey, inputs: StepInputs) {
    try endInput()
    if !moreFiles.isEmpty { inputs.append(.moreFiles, detail: Array(moreFiles.prefix(8))) }
    try flush()
    let inputs = inputs
    return (StepKey(hex: try sha.finish().hexadecimal), inputs)
  }

  private mutating func endInput() throws(NativeError) {
    guard !content.isEmpty else { return }
    inputs.append(input, detail: Array(try StepInputs.short(content)))
    content.removeAll(keepingCapacity: true)
  }

  private mutating func frame(_ bytes: [UInt8]) throws(NativeError) {
    Self.frame(bytes, into: &buffer)
    if buffer.count > 1 << 16 { try flush() }
  }

  private mutating func frame(number: UInt64) {
    Self.frame(number: number, into: &buffer)
  }

  private static func frame(_ bytes: [UInt8], into buffer: inout [UInt8]) {
    frame(number: UInt64(bytes.count), into: &buffer)
    buffer += bytes
  }

  /// Eight bytes, the lowest first.
  private static func frame(number: UInt64, into buffer: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { buffer.append(contentsOf: $0) }
  }

  private mutating func flush() throws(NativeError) {
    try sha.update(buffer)
    buffer.removeAll(keepingCapacity: true)
  }
}

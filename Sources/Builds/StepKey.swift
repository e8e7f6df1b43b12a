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
struct StepKeyHasher: ~Copyable {
  private var sha: SHA256

  /// - Parameter kind: what sort of step it is; changed when the way it is done changes.
  init(_ kind: String) throws(NativeError) {
    var sha = try SHA256()
    for text in ["imagesmith step 1", kind] { try Self.frame(Array(text.utf8), into: &sha) }
    self.sha = sha
  }

  mutating func add(_ bytes: [UInt8]) throws(NativeError) {
    try Self.frame(bytes, into: &sha)
  }

  private static func frame(_ bytes: [UInt8], into sha: inout SHA256) throws(NativeError) {
    try sha.update((0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) })
    try sha.update(bytes)
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

  consuming func finish() throws(NativeError) -> StepKey {
    StepKey(hex: try sha.finish().hexadecimal)
  }
}

import FoundationEssentials
import Native

extension StandardStream {
  /// Writes a value on a line of its own.
  func write(json value: some Encodable) throws {
    try write(JSONEncoder.sorted.encode(value) + [UInt8(ascii: "\n")])
  }
}

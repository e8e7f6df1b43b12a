import FoundationEssentials
import Native

extension JSONValue {
  /// SHA-256 of the value as JSON with sorted keys and no white space, in hexadecimal.
  package func hash() throws(AWSError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do { return try SHA256.hash(Array(try encoder.encode(self))).hexadecimal } catch {
      throw AWSError(code: .invalidRequest, message: "a document cannot be hashed: \(error)")
    }
  }
}

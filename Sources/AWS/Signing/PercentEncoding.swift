/// Percent-encoding as AWS wants it. Source: RFC 3986, section 2.
package enum PercentEncoding {
  /// `text` with every byte encoded but for letters, digits, `-._~` and what `keeping` names.
  package static func encode(_ text: String, keeping: String = "") -> String {
    let kept = Set(keeping.utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        bytes.append(byte)
      case _ where kept.contains(byte): bytes.append(byte)
      default:
        bytes.append(UInt8(ascii: "%"))
        bytes += [byte].hexadecimal.uppercased().utf8
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `a=b&c=d`: a form's body. Source: WHATWG URL, `application/x-www-form-urlencoded`, with a space as `%20`.
  package static func form(_ parameters: [(String, String)]) -> String {
    parameters.map { "\(encode($0.0))=\(encode($0.1))" }.joined(separator: "&")
  }
}

/// One answer, before a fault changes it.
struct Answer: Sendable {
  var status: Int
  /// In order, names as they are sent.
  var headers: [(name: String, value: String)]
  var body: [UInt8]

  init(_ status: Int, _ headers: [(name: String, value: String)] = [], _ body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// A refusal as the distribution specification writes it.
  static func refusal(_ status: Int, _ code: String, _ message: String) -> Answer {
    Answer(
      status, [("Content-Type", "application/json")],
      Array(#"{"errors": [{"code": "\#(code)", "message": "\#(message)"}]}"#.utf8))
  }

  /// The first of that name; nil removes it.
  subscript(name: String) -> String? {
    get { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
    set {
      headers.removeAll { $0.name.lowercased() == name.lowercased() }
      if let newValue { headers.append((name, newValue)) }
    }
  }

  /// As it goes over the wire.
  ///
  /// - Parameters:
  ///   - withBody: false for an answer to HEAD, which has the length of a body but none.
  ///   - lengthOff: added to the length that is announced, in bytes.
  func wire(withBody: Bool, lengthOff: Int = 0) -> [UInt8] {
    head(withLength: status == 204 ? nil : max(0, body.count + lengthOff)) + (withBody ? body : [])
  }

  /// Status line and headers.
  ///
  /// - Parameter length: in bytes, where the headers do not say another.
  func head(withLength length: Int?) -> [UInt8] {
    var headers = headers
    if let length, self["Content-Length"] == nil { headers.append(("Content-Length", "\(length)")) }
    let lines = headers.map { "\($0.name): \($0.value)\r\n" }.joined()
    return Array("HTTP/1.1 \(status) Status\r\n\(lines)\r\n".utf8)
  }

  /// As it goes over the wire in the chunked coding. Source: RFC 9112, section 7.1.
  func chunked(by size: Int, trailer: String) -> [UInt8] {
    var answer = self
    answer["Transfer-Encoding"] = "chunked"
    var wire = answer.head(withLength: nil)
    for start in stride(from: 0, to: body.count, by: size) {
      let chunk = body[start..<min(start + size, body.count)]
      wire += Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
    }
    return wire + Array("0\r\n\(trailer)\r\n\r\n".utf8)
  }
}

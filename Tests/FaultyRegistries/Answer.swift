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
    var text = "HTTP/1.1 \(status) Status\r\n"
    var headers = headers
    if self["Content-Length"] == nil, status != 204 {
      headers.append(("Content-Length", "\(max(0, body.count + lengthOff))"))
    }
    for header in headers { text += "\(header.name): \(header.value)\r\n" }
    return Array((text + "\r\n").utf8) + (withBody ? body : [])
  }
}

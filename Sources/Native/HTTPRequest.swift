/// One HTTP request: what is sent, and how long to wait for it.
package struct HTTPRequest: Sendable {
  /// What the request carries.
  package enum Body: Sendable {
    case none
    case bytes([UInt8])
    /// `length` bytes of the file at `path`, from `offset`; read while they are sent.
    case file(path: String, offset: Int, length: Int)
    /// `length` bytes that are made, or arrive, while they are sent. They come once: where they would have to be sent again,
    /// the exchange fails.
    case stream(length: Int, Reader)
  }

  /// Fills a buffer, as far as there is anything, with the next bytes of a body; on a thread that may block.
  package typealias Reader = @Sendable (UnsafeMutableRawBufferPointer) throws -> Int

  package var method: String
  /// Absolute, `http` or `https`.
  package var url: String
  package var headers: HTTPHeaders
  package var body: Body
  /// Seconds until the connection must stand.
  package var connectTimeout: Int
  /// Seconds after which the exchange is given up when fewer than a kibibyte for each of them has moved.
  package var stallTimeout: Int
  /// The same while the server is at work: all has been sent, and no byte has come.
  package var answerTimeout: Int
  /// Seconds for the whole exchange; nil for as long as bytes flow.
  package var totalTimeout: Int?
  /// Told the address to which the connection leads, before anything is sent: whether nothing may be sent there.
  package var refusesPeer: (@Sendable (_ address: String) -> Bool)?

  package init(
    _ method: String, _ url: String, headers: HTTPHeaders = [:], body: Body = .none, connectTimeout: Int = 10,
    stallTimeout: Int = 60, answerTimeout: Int = 60, totalTimeout: Int? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.connectTimeout = connectTimeout
    self.stallTimeout = stallTimeout
    self.answerTimeout = answerTimeout
    self.totalTimeout = totalTimeout
  }
}

/// Header fields in the order in which they came or are sent; names compare without case.
///
/// Source: RFC 9110, section 5.
package struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  package struct Field: Sendable, Equatable {
    package var name: String
    package var value: String
  }

  package private(set) var fields: [Field] = []

  package init() {}

  package init(dictionaryLiteral elements: (String, String)...) {
    fields = elements.map { Field(name: $0.0, value: $0.1) }
  }

  /// The first value of that name; setting replaces all of that name.
  package subscript(name: String) -> String? {
    get { all(name).first }
    set {
      fields.removeAll { $0.name.lowercased() == name.lowercased() }
      if let newValue { add(name, newValue) }
    }
  }

  /// Every value of that name, such as several `WWW-Authenticate` challenges.
  package func all(_ name: String) -> [String] {
    let name = name.lowercased()
    return fields.filter { $0.name.lowercased() == name }.map(\.value)
  }

  package mutating func add(_ name: String, _ value: String) {
    fields.append(Field(name: name, value: value))
  }
}

/// What a server answered. A redirect is an answer like any other: whoever asked decides whether to follow.
package struct HTTPResponse: Sendable, Equatable {
  package var status: Int
  package var headers: HTTPHeaders
  /// The body; empty where it went to the request's receiver.
  package var body: [UInt8]
  /// The address that answered, of IPv4 or IPv6; a proxy's where there is one.
  package var peer: String?

  package var isSuccess: Bool { (200..<300).contains(status) }

  package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

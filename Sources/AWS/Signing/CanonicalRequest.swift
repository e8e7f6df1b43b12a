import Native

/// The form of a request on which signer and service agree byte by byte.
///
/// Source: AWS "Signature Version 4: create a canonical request".
struct CanonicalRequest: Equatable {
  let text: String
  /// The names of the signed header fields, joined by semicolons.
  let signedHeaders: String

  /// Fields that proxies or the HTTP client change on the way.
  private static let unsignedHeaders: Set<String> = [
    "authorization", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "te",
    "trailer", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
  ]

  /// - Parameter isS3: S3 signs the path as it is sent; every other service signs it normalised and encoded once more.
  init(_ request: HTTPRequest, isS3: Bool) throws(AWSError) {
    let target = try RequestTarget(request.url)
    var headers: [String: [String]] = [:]
    for field in request.headers.fields where !Self.unsignedHeaders.contains(field.name.lowercased()) {
      headers[field.name.lowercased(), default: []].append(Self.trim(field.value))
    }
    if headers["host"] == nil { headers["host"] = [target.host] }
    let names = headers.keys.sorted(by: Self.byteOrder)
    signedHeaders = names.joined(separator: ";")
    let payload: String
    if let given = request.headers["X-Amz-Content-SHA256"] {
      payload = given
    } else {
      payload = try Self.payloadHash(of: request)
    }
    var lines = [request.method.uppercased(), isS3 ? target.path : Self.canonicalPath(target.path)]
    lines.append(Self.canonicalQuery(target.query))
    lines += names.map { name in "\(name):\((headers[name] ?? []).joined(separator: ","))" }
    lines += ["", signedHeaders, payload]
    text = lines.joined(separator: "\n")
  }

  static func payloadHash(of request: HTTPRequest) throws(AWSError) -> String {
    let bytes: [UInt8]
    switch request.body {
    case .none: bytes = []
    case .bytes(let body): bytes = body
    case .file, .stream:
      throw AWSError(
        code: .invalidRequest,
        message: "a body that is not in memory is signed by its digest, and the request does not give one")
    }
    do { return try SHA256.hash(bytes).hexadecimal } catch {
      throw AWSError(code: .invalidRequest, message: "the body cannot be hashed: \(error)")
    }
  }

  /// Without dot segments and doubled slashes, then encoded; what was encoded already is so twice.
  /// Source: RFC 3986, section 5.2.4.
  private static func canonicalPath(_ path: String) -> String {
    var segments: [Substring] = []
    for segment in path.split(separator: "/") {
      switch segment {
      case ".": continue
      case "..": _ = segments.popLast()
      default: segments.append(segment)
      }
    }
    guard !segments.isEmpty else { return "/" }
    let end = path.hasSuffix("/") ? "/" : ""
    return PercentEncoding.encode("/" + segments.joined(separator: "/") + end, keeping: "/")
  }

  /// The parameters in the order of their encoded names, then values; one without a value gets an empty one.
  private static func canonicalQuery(_ query: String) -> String {
    guard !query.isEmpty else { return "" }
    let pairs = query.split(separator: "&", omittingEmptySubsequences: false).map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      return (name: parts[0], value: parts.count > 1 ? parts[1] : "")
    }
    let sorted = pairs.sorted {
      $0.name == $1.name ? byteOrder($0.value, $1.value) : byteOrder($0.name, $1.name)
    }
    return sorted.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
  }

  /// Without white space at the ends, and one space for each run of it within.
  private static func trim(_ value: String) -> String {
    value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Swift orders strings by Unicode's canonical form, services by bytes.
  private static func byteOrder(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}

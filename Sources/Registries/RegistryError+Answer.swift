import FoundationEssentials
import Glibc
import Native

/// The body of a registry's refusal.
///
/// Source: OCI distribution specification v1.1, "Error Codes"; token servers answer `details` or OAuth's `error` alone.
private struct RefusalBody: Decodable {
  struct Entry: Decodable {
    var code: String?
    var message: String?
  }

  var errors: [Entry]?
  var details: String?
  var error: String?
  var errorDescription: String?
  var message: String?

  enum CodingKeys: String, CodingKey {
    case errors, details, error, message
    case errorDescription = "error_description"
  }
}

extension RegistryError {
  /// An answer that is not what `call` hoped for.
  init(_ call: Call, _ response: HTTPResponse) {
    let status = response.status
    let (reported, said) = Self.read(response.body)
    let text = said.isEmpty ? "" : ": " + said
    self.init(
      code: Self.code(status, reported, said),
      message: "\(call.method) \(call.operation.noun) \(call.subject): \(status) \(Self.reason(status))\(text)",
      status: status, reported: reported,
      isTemporary: [408, 425, 429, 500, 502, 503, 504].contains(status),
      retryAfter: Self.retryAfter(response.headers))
    hint = Self.hint(code, call)
  }

  /// Seconds, or a date, which counts from the answer's own: the server's clock may be another. Source: RFC 9110, section
  /// 10.2.3.
  private static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
    guard let text = headers["Retry-After"] else { return nil }
    if let seconds = Int(text) { return .seconds(max(0, seconds)) }
    guard let end = HTTPDate.seconds(text) else { return nil }
    return .seconds(max(0, end - (headers["Date"].flatMap(HTTPDate.seconds) ?? time(nil))))
  }

  /// No answer at all.
  ///
  /// - Parameter url: where the request went in the end.
  init(_ call: Call, at url: RegistryURL, _ error: HTTPError) {
    let code: Code =
      switch error.code {
      case .resolve, .connect, .tls: .unreachable
      case .timeout, .broken, .cancelled: .unavailable
      case .tooLarge: .refused
      case .forbidden: .unsafe
      case .request: .invalid
      case .local: .local
      }
    self.init(
      code: code, message: "\(call.method) \(call.operation.noun) \(call.subject): \(error.reason)",
      isTemporary: error.isTemporary)
    let host = url.authority
    switch error.code {
    case .connect: hint = "is the registry up, and is \(host) the right port?"
    case .resolve: hint = "is \(url.host) spelled right, and is there a network?"
    case .tls:
      hint =
        "put its authority in /etc/containers/certs.d/\(host)/ca.crt, or name it in "
        + "IMAGESMITH_INSECURE_REGISTRIES if it speaks plain HTTP; a certificate of your own goes beside it as NAME.cert "
        + "and NAME.key"
    case .broken where ECRHost(url.host) != nil:
      hint = "ECR closes the connection where a repository does not exist: create it first"
    case .forbidden:
      message =
        "\(call.method) \(call.operation.noun) \(call.subject): sent on to \(host), and \(error.reason), "
        + "which is inside this machine or its network link"
    default: break
    }
  }

  /// The registry's error codes, and one line of what it said.
  static func read(_ body: [UInt8]) -> (codes: [String], text: String) {
    guard let refusal = try? JSONDecoder().decode(RefusalBody.self, from: Data(body)) else {
      return ([], firstLine(String(decoding: body.prefix(4096), as: UTF8.self)))
    }
    let entries = refusal.errors ?? []
    let lines = entries.map { [$0.code, $0.message].compactMap(\.self).joined(separator: ": ") }
    let others = [refusal.error, refusal.errorDescription, refusal.details, refusal.message].compactMap(\.self)
    return (entries.compactMap(\.code), printable((lines + others).joined(separator: "; ")))
  }

  /// Of HTML or XML the title or message, of other text the first line that says something.
  private static func firstLine(_ text: String) -> String {
    if text.drop(while: \.isWhitespace).first == "<" {
      for tag in ["Message", "title", "h1"] {
        guard let open = text.firstRange(of: "<\(tag)>"),
          let close = text[open.upperBound...].firstRange(of: "</\(tag)>")
        else { continue }
        return printable(String(text[open.upperBound..<close.lowerBound]))
      }
      return ""
    }
    let line = text.split(whereSeparator: \.isNewline).first { !$0.allSatisfy(\.isWhitespace) }
    return printable(line.map(String.init) ?? "")
  }

  /// Without control characters, which could repaint a terminal, and at most 300 characters long.
  private static func printable(_ text: String) -> String {
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
        line.append(" ")
      default: line.append(scalar)
      }
    }
    let words = String(line).split(separator: " ").joined(separator: " ")
    return words.count > 300 ? words.prefix(300) + "…" : words
  }

  private static func code(_ status: Int, _ reported: [String], _ said: String) -> Code {
    if reported.contains("TOOMANYREQUESTS") { return .unavailable }
    switch status {
    case 401: return .unauthorized
    case 403: return .denied
    case 404: return .notFound
    case 408, 425, 429, 500...599: return .unavailable
    case 400..<500 where said.lowercased().contains("immutable"): return .immutable
    case 400 where reported.contains("DIGEST_INVALID") || reported.contains("SIZE_INVALID"): return .mismatch
    default: return .refused
    }
  }

  private static func hint(_ code: Code, _ call: Call) -> String? {
    let ecr = ECRHost(call.url.host)
    let permission = ECRHost.permission(for: call.operation)
    switch code {
    case .unauthorized where ecr != nil:
      return "ECR does not take the token of GetAuthorizationToken: the caller needs ecr:GetAuthorizationToken, "
        + "and the token must be of account \(ecr?.account ?? "") and region \(ecr?.region ?? "")"
    case .unauthorized:
      let host = call.subject.prefix { $0 != "/" && $0 != " " }
      return "log in: imagesmith login \(host) --username USER --password-stdin; or check the user's name and password"
    case .denied where ecr != nil:
      return permission.map {
        "the caller needs \($0) on the repository, or the repository's policy or a quota says no"
      }
    case .denied:
      return "the user may not \(call.operation.writes ? "push to" : "pull from") this repository"
    case .notFound where call.operation.writes && ecr != nil: return "create the repository first"
    case .immutable: return "push under another tag"
    case .unavailable: return "the registry is overloaded or broken; the same command later may go through"
    default: return nil
    }
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 202: "Accepted"
    case 301, 302, 303, 307, 308: "Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 409: "Conflict"
    case 413: "Content Too Large"
    case 416: "Range Not Satisfiable"
    case 429: "Too Many Requests"
    case 500: "Internal Server Error"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    default: ""
    }
  }
}

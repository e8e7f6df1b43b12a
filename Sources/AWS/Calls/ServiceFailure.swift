import FoundationEssentials
import Native

/// One failed attempt of a call: the error that it is, and whether another attempt may help.
struct ServiceFailure {
  enum Retry {
    case never
    /// The service may have done what was asked.
    case whenRepeatable
    /// The service has certainly not done it.
    case always
  }

  var error: AWSError
  var retry: Retry

  /// A service refuses signatures that are five minutes away from its own clock.
  private static let acceptedSkew = 240

  /// No answer came.
  init(_ error: any Error, _ service: Service, _ operation: String, _ endpoint: Endpoint) {
    let call = "\(service.name) \(operation)"
    let http = error as? HTTPError
    if http?.code == .cancelled || error is CancellationError {
      self.error = AWSError(code: .cancelled, message: "\(call) was cancelled")
      retry = .never
      return
    }
    let reason = http?.reason ?? "\(error)"
    let hint: String =
      switch http?.code {
      case .resolve: "Is the region right, and is there a way to the network?"
      case .connect: "Nothing answers there. Is the address right (AWS_ENDPOINT_URL), and is there a way to it?"
      case .tls: "If a proxy rewrites TLS here, name its certificate in AWS_CA_BUNDLE."
      default: "Try again in a moment."
      }
    self.error = AWSError(code: .unavailable, message: "\(call): \(endpoint.url): \(reason)", hint: hint)
    switch http?.code {
    case .resolve, .connect: retry = .always
    case .timeout, .broken: retry = .whenRepeatable
    default: retry = .never
    }
  }

  /// The service answered with an error.
  init(
    _ response: HTTPResponse, _ service: Service, _ operation: String, _ endpoint: Endpoint, _ keys: Credentials,
    now: Timestamp
  ) {
    let said = Self.read(response)
    let name = said.name ?? ""
    var code = ErrorCodes.code(of: name, status: response.status)
    var hint = ErrorCodes.hint(for: code, service, operation, keys)
    // `InvalidSignatureException` is a wrong key as well as a wrong clock: the answer's date tells which.
    let skew = response.headers["Date"].flatMap { Timestamp(http: $0) }.map { now - $0 } ?? 0
    if [.invalidCredentials, .clockSkew, .expired].contains(code), abs(skew) > Self.acceptedSkew {
      code = .clockSkew
      hint =
        "This machine's clock is \((abs(skew) + 30) / 60) minutes \(skew < 0 ? "behind" : "ahead of") AWS's. Set it."
    }
    let status = said.name ?? "HTTP \(response.status)"
    let message = said.message.map { ": " + Self.withoutSecrets($0, keys) } ?? ""
    error = AWSError(
      code: code, message: "\(service.name) \(operation): \(status)\(message)", hint: hint, serviceCode: said.name)
    switch code {
    case .throttled: retry = .always
    case .unavailable: retry = .whenRepeatable
    default: retry = .never
    }
  }

  private struct JSONFault: Decodable {
    var __type: String?
    var code: String?
    var message: String?
    var Message: String?
  }

  /// JSON services name the error in `__type` or a header, Query services in XML; a proxy in the way does neither.
  private static func read(_ response: HTTPResponse) -> (name: String?, message: String?) {
    let header = response.headers["x-amzn-ErrorType"]
    if let fault = try? JSONDecoder().decode(JSONFault.self, from: Data(response.body)) {
      return ((header ?? fault.__type ?? fault.code).map(plain), fault.message ?? fault.Message)
    }
    let xml = XMLText(response.body)
    return (xml["Code"] ?? header.map(plain), xml["Message"])
  }

  /// `com.amazonaws.ecr#ServerException:http://...` is `ServerException`.
  private static func plain(_ name: String) -> String {
    let end = name.prefix { $0 != ":" }
    return String(end.lastIndex(of: "#").map { end[end.index(after: $0)...] } ?? end)
  }

  /// `SignatureDoesNotMatch` repeats the canonical request, in which the session token is.
  private static func withoutSecrets(_ message: String, _ keys: Credentials) -> String {
    let firstLine = message.prefix { !$0.isNewline }
    var text = firstLine.count > 400 ? firstLine.prefix(400) + "..." : String(firstLine)
    for secret in [keys.secretAccessKey, keys.sessionToken ?? ""] where !secret.isEmpty {
      text = text.replacing(secret, with: "***")
    }
    return text
  }
}

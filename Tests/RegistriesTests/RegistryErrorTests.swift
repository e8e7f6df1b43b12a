import Native
import Testing

@testable import Registries

@Suite("Errors and retries")
struct RegistryErrorTests {
  private func error(
    _ operation: Registries.Operation, host: String = "r.example", status: Int, _ body: String,
    headers: HTTPHeaders = [:]
  ) -> RegistryError {
    let url = RegistryURL(scheme: .https, authority: host, target: "/v2/a/blobs/uploads/?signature=s3cret")
    let call = Call(operation: operation, method: "PUT", url: url, subject: "\(host)/a:t", scopes: [])
    return RegistryError(call, HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))
  }

  @Test("the registry's codes and messages are in the message, the address's query is not")
  func json() {
    let error = error(
      .putManifest, status: 403,
      #"{"errors": [{"code": "DENIED", "message": "no\u001b]0; way"}, {"code": "X", "detail": {"a": 1}}]}"#)
    #expect(error.message == "PUT manifest r.example/a:t: 403 Forbidden: DENIED: no ]0; way; X")
    #expect(error.reported == ["DENIED", "X"])
    #expect(error.code == .denied)
    #expect(!error.description.contains("s3cret"))
  }

  @Test(
    "bodies of other kinds give one clean line",
    arguments: [
      ("\n  plain words \n more", ": plain words"), ("<html><h1>Bad\nGateway</h1></html>", ": Bad Gateway"),
      ("<?xml?><Error><Message>Denied</Message><Secret>k</Secret></Error>", ": Denied"), ("<x>", ""), ("", ""),
      (String(repeating: "y", count: 5000), ": " + String(repeating: "y", count: 300) + "…"),
      (#"{"details": "wrong password"}"#, ": wrong password"), (#"{"error": "invalid_grant"}"#, ": invalid_grant"),
    ])
  func text(body: String, said: String) {
    #expect(error(.uploadBlob, status: 502, body).message == "PUT blob r.example/a:t: 502 Bad Gateway" + said)
  }

  @Test("at ECR the hint names the account and the permission")
  func ecr() {
    let host = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    #expect(error(.uploadBlob, host: host, status: 403, "").hint?.contains("ecr:UploadLayerPart") == true)
    #expect(error(.putManifest, host: host, status: 403, "").hint?.contains("ecr:PutImage") == true)
    let hint = error(.checkManifest, host: host, status: 401, "").hint
    #expect(hint?.contains("ecr:GetAuthorizationToken") == true)
    #expect(hint?.contains("123456789012") == true)
    #expect(error(.startUpload, host: host, status: 404, "").hint == "create the repository first")
  }

  @Test(
    "which answers may pass",
    arguments: [
      (400, false), (401, false), (403, false), (404, false), (408, true), (409, false), (429, true), (500, true),
      (501, false), (502, true), (503, true), (504, true), (505, false),
    ])
  func temporary(status: Int, isTemporary: Bool) {
    #expect(error(.checkBlob, status: status, "").isTemporary == isTemporary)
  }

  @Test("Retry-After in seconds; nonsense counts as none")
  func retryAfter() {
    #expect(error(.checkBlob, status: 429, "", headers: ["retry-after": "12"]).retryAfter == .seconds(12))
    #expect(error(.checkBlob, status: 429, "", headers: ["Retry-After": "soon"]).retryAfter == nil)
    #expect(error(.checkBlob, status: 429, "", headers: ["Retry-After": "-5"]).retryAfter == .zero)
  }

  @Test("ceilings double up to the cap, and the whole range is drawn from")
  func delays() {
    let policy = RetryPolicy(base: .milliseconds(100), cap: .seconds(1))
    let ceilings = (1...6).map { policy.delay(after: $0, asked: nil, random: 1) }
    #expect(ceilings == [100, 200, 400, 800, 1000, 1000].map { .milliseconds($0) })
    #expect(policy.delay(after: 3, asked: nil, random: 0) == .zero)
    #expect(policy.delay(after: 5000, asked: nil, random: 1) == .seconds(1))
  }

  @Test(
    "Retry-After is seconds, or a date, which counts from the answer's own",
    arguments: [
      ("7", 7), ("-3", 0), ("0", 0), ("Sat, 21 Nov 2026 13:51:30 GMT", 90), ("Sat, 21 Nov 2026 13:49:00 GMT", 0),
      ("soon", nil), ("", nil),
    ])
  func retryAfter(text: String, seconds: Int?) {
    let headers: HTTPHeaders = ["Retry-After": text, "Date": "Sat, 21 Nov 2026 13:50:00 GMT"]
    #expect(
      error(.checkBlob, status: 429, "", headers: headers).retryAfter == seconds.map { Duration.seconds($0) })
  }

  @Test("a cancelled wait ends the work")
  func cancellation() async {
    let time = ManualTime()
    let counter = Counter()
    let task = Task {
      try await RetryPolicy().run(until: Deadline(RetryPolicy(), time.timekeeper)) {
        counter.next()
        withUnsafeCurrentTask { $0?.cancel() }
        throw RegistryError(code: .unavailable, message: "busy", isTemporary: true)
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(counter.value == 1)
  }
}

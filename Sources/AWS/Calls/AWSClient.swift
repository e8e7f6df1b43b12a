import FoundationEssentials
import Native

/// Calls operations of one service: signed, tried again where that may help, with the service's errors kept.
package struct AWSClient: Sendable {
  package let service: Service
  package let endpoint: Endpoint
  let credentials: CredentialStore
  let retry: RetryPolicy
  let effects: Effects

  /// Calls an operation of a JSON service.
  ///
  /// - Parameter isRepeatable: whether doing it twice is the same as once. What is not is never sent again when it may
  ///   have been done already.
  /// - Throws: `AWSError`.
  package func call<Output: Decodable>(
    _ operation: String, _ input: some Encodable, as output: Output.Type = Output.self, isRepeatable: Bool = true
  ) async throws(AWSError) -> Output {
    let response = try await sendJSON(operation, input, isRepeatable: isRepeatable)
    do { return try JSONDecoder().decode(Output.self, from: Data(response.body)) } catch {
      throw AWSError(
        code: .invalidResponse, message: "\(service.name) \(operation): the answer of \(endpoint.url) cannot be read",
        hint: "Is that the address of \(service.name)?")
    }
  }

  /// Calls an operation of a JSON service that answers nothing, or nothing that matters.
  ///
  /// - Throws: `AWSError`.
  package func perform(_ operation: String, _ input: some Encodable) async throws(AWSError) {
    _ = try await sendJSON(operation, input, isRepeatable: true)
  }

  /// Calls an operation of a Query service; the answer is XML.
  ///
  /// - Throws: `AWSError`.
  package func query(_ operation: String, _ parameters: [(String, String)] = []) async throws(AWSError) -> XMLText {
    guard case .query(let version) = service.wireForm else { preconditionFailure("\(service.name) speaks JSON") }
    let form = PercentEncoding.form([("Action", operation), ("Version", version)] + parameters)
    let request = HTTPRequest(
      "POST", endpoint.url + "/",
      headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"], body: .bytes(Array(form.utf8)))
    return XMLText(try await send(request, operation, isRepeatable: true).body)
  }

  private func sendJSON(
    _ operation: String, _ input: some Encodable, isRepeatable: Bool
  ) async throws(AWSError) -> HTTPResponse {
    guard case .json(let prefix) = service.wireForm else { preconditionFailure("\(service.name) does not speak JSON") }
    let body: [UInt8]
    do { body = Array(try JSONEncoder().encode(input)) } catch {
      throw AWSError(code: .invalidRequest, message: "\(service.name) \(operation): the request cannot be written")
    }
    let request = HTTPRequest(
      "POST", endpoint.url + "/",
      headers: ["Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "\(prefix).\(operation)"],
      body: .bytes(body))
    return try await send(request, operation, isRepeatable: isRepeatable)
  }

  private func send(
    _ request: HTTPRequest, _ operation: String, isRepeatable: Bool
  ) async throws(AWSError) -> HTTPResponse {
    let signer = SignatureV4(region: endpoint.signingRegion, service: service.signingName)
    var hasRenewed = false
    var attempt = 1
    while true {
      let keys = try await credentials.current()
      let failure: ServiceFailure
      do {
        let response = try await effects.send(try signer.sign(request, with: keys, at: effects.now()))
        if response.isSuccess { return response }
        failure = ServiceFailure(response, service, operation, endpoint, keys, now: effects.now())
      } catch let error as AWSError {
        throw error
      } catch {
        failure = ServiceFailure(error, service, operation, endpoint)
      }
      if failure.error.code == .expired, !hasRenewed, await credentials.renew(insteadOf: keys) {
        hasRenewed = true
        continue
      }
      guard attempt < retry.attempts, failure.retry == .always || (failure.retry == .whenRepeatable && isRepeatable)
      else { throw failure.error }
      do { try await effects.sleep(retry.wait(after: attempt, random: effects.random())) } catch {
        throw AWSError(code: .cancelled, message: "\(service.name) \(operation) was cancelled")
      }
      attempt += 1
    }
  }
}

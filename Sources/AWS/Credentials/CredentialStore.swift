/// Credentials, found once and found anew shortly before they end. Callers that come together wait for one search.
package actor CredentialStore {
  /// Seconds before the end at which keys are no longer used, as in the AWS SDKs.
  private static let margin = 300

  private let look: @Sendable () async throws(AWSError) -> Credentials
  private let now: @Sendable () -> Timestamp
  private var known: Credentials?
  private var search: Task<Result<Credentials, AWSError>, Never>?

  init(_ chain: CredentialChain, now: @escaping @Sendable () -> Timestamp) {
    look = { () async throws(AWSError) -> Credentials in try await chain.credentials() }
    self.now = now
  }

  /// Keys that are there already, and of which there are no others.
  init(fixed: Credentials, now: @escaping @Sendable () -> Timestamp) {
    look = { () throws(AWSError) -> Credentials in fixed }
    self.now = now
  }

  /// Keys that are valid now.
  ///
  /// - Throws: `AWSError`, of which `noCredentials` lists in its hint what was tried.
  package func current() async throws(AWSError) -> Credentials {
    if let known, !known.expires(within: Self.margin, of: now()) { return known }
    return try await find()
  }

  /// Finds other keys in place of `used`, which a service called expired; false when there are none.
  func renew(insteadOf used: Credentials) async -> Bool {
    if let known, known != used { return true }
    known = nil
    guard let found = try? await find() else { return false }
    return found.accessKeyID != used.accessKeyID || found.sessionToken != used.sessionToken
  }

  private func find() async throws(AWSError) -> Credentials {
    let running =
      search
      ?? Task { [look] () -> Result<Credentials, AWSError> in
        do throws(AWSError) { return .success(try await look()) } catch { return .failure(error) }
      }
    search = running
    let result = await running.value
    search = nil
    let found = try result.get()
    // Whatever the provider says is the newest there is; the service decides about keys that end soon.
    known = found
    return found
  }
}

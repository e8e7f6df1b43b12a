import Native
import OCI

extension RegistryClient {
  /// Deletes a manifest by its digest, and with it every tag of it; or a tag alone, where the registry allows that.
  ///
  /// A manifest with a subject also goes from the list of what refers to that, where the registry does not keep the list.
  ///
  /// - Parameter mayRefer: whether it may have a subject, which costs a request to know.
  /// - Throws: `RegistryError`.
  package func deleteManifest(_ reference: Reference, mayRefer: Bool = true) async throws {
    let deadline = deadline()
    // Its subject is known only as long as it is there.
    let manifest = reference.digest == nil || !mayRefer ? nil : try await fetchManifest(reference, until: deadline)
    let scope = Scope(repository: reference.repository, actions: [.delete, .pull])
    let call = call(.deleteManifest, "DELETE", reference, scopes: [scope])
    do { try await delete(call, at: host(of: reference), until: deadline) } catch var error as RegistryError {
      if [400, 405, 415].contains(error.status), reference.digest == nil {
        error.hint = "this registry deletes images by digest alone, with all their tags"
      } else if error.status == 405 {
        error.hint = "this registry deletes nothing: its configuration says so"
      }
      throw error
    }
    guard let manifest, let facts = try? CanonicalJSON.decode(ReferrerFacts.self, from: manifest.bytes),
      let subject = facts.subject, try await keepsNoReferrers(of: subject.digest, in: reference, until: deadline)
    else { return }
    let descriptor = facts.descriptor(manifest.mediaType, manifest.digest, size: manifest.bytes.count)
    try await keepReferrer(descriptor, of: subject.digest, in: reference, isThere: false, until: deadline)
  }

  /// Deletes a blob: only for one to which no manifest refers.
  ///
  /// - Throws: `RegistryError`.
  package func deleteBlob(_ digest: Digest, in repository: Reference) async throws {
    let scope = Scope(repository: repository.repository, actions: [.delete, .pull])
    let call = blobCall(.deleteBlob, "DELETE", digest, in: repository, scopes: [scope])
    try await delete(call, at: host(of: repository), until: deadline())
  }

  private func delete(_ call: Call, at host: RegistryHost, until deadline: Deadline) async throws {
    var tries = 0
    try await configuration.retry.run(until: deadline) {
      tries += 1
      // What is gone at a second try was deleted by the first, whose answer was lost.
      let done: Set<Int> = tries == 1 ? [200, 202, 204] : [200, 202, 204, 404]
      _ = try await exchange(call, at: host, until: deadline, accepting: done)
    }
  }

  private func keepsNoReferrers(of digest: Digest, in repository: Reference, until deadline: Deadline) async throws
    -> Bool
  {
    let call = Call(
      operation: .listReferrers, method: "GET",
      url: url(host(of: repository), "\(repository.repository)/referrers/\(digest)"),
      subject: "\(repository.registry)/\(repository.repository)@\(digest)", scopes: [.pull(repository.repository)])
    let response = try await configuration.retry.run(until: deadline) {
      try await exchange(call, at: host(of: repository), until: deadline, accepting: [200, 400, 404, 405])
    }
    return response.status != 200
  }
}

import Native
import OCI

extension RegistryClient {
  enum MountAnswer: Sendable {
    case mounted
    /// Refused, which by the specification opens an upload; nil where that is not so.
    case session(UploadSession?)
  }

  /// Asks for a blob that another repository of the same registry may have.
  func mount(
    _ digest: Digest, from source: String, to repository: Reference, until deadline: Deadline
  ) async throws -> MountAnswer {
    var call = blobCall(
      .mountBlob, "POST", digest, in: repository, scopes: [.push(repository.repository), .pull(source)])
    call.url = uploads(repository).adding("mount", digest.description).adding("from", source)
    return try await configuration.retry.run(until: deadline) {
      do {
        let response = try await exchange(call, at: host(of: repository), until: deadline, accepting: [201, 202])
        return response.status == 201 ? .mounted : .session(try session(opened: response, by: call, repository))
      } catch let error as RegistryError where [400, 401, 403, 404, 405].contains(error.status) {
        // A registry may know nothing of mounts, or the user nothing of the source: an upload is always possible.
        return .session(nil)
      }
    }
  }

  func uploads(_ repository: Reference) -> RegistryURL {
    url(host(of: repository), "\(repository.repository)/blobs/uploads/")
  }

  /// The upload that an answer to `call` has opened; nil when it says nowhere to go.
  func session(opened response: HTTPResponse, by call: Call, _ repository: Reference) throws -> UploadSession? {
    try response.headers["Location"].map { location in
      UploadSession(url: try follow(location, from: call.url, host(of: repository), call), headers: response.headers)
    }
  }
}

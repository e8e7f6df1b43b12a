import Native
import OCI

extension RegistryClient {
  /// Sees to it that `repository` has a blob: it is there, or another repository lends it, or it is uploaded.
  ///
  /// - Parameters:
  ///   - path: the file that holds the blob; nil where `upload` brings it.
  ///   - sources: repositories of the same registry that may have the blob.
  package func deliver(
    _ descriptor: Descriptor, file path: String?, to repository: Reference, mountFrom sources: [String] = [],
    progress: ProgressReceiver? = nil, orElse upload: @escaping @Sendable () async throws -> Void
  ) async throws -> BlobArrival {
    try await deliver(
      descriptor, path: path, to: repository, mountFrom: sources, progress: progress, until: deadline(), orElse: upload)
  }

  /// Uploads a blob that is read while it is sent: one POST, one PUT.
  ///
  /// The PUT has no second try, as what has been read is gone.
  /// - Parameter reader: yields `descriptor.size` bytes. By throwing it ends the upload, of which the registry keeps nothing.
  package func upload(
    _ descriptor: Descriptor, reading reader: @escaping HTTPRequest.Reader, to repository: Reference,
    progress: ProgressReceiver? = nil
  ) async throws {
    let deadline = deadline()
    let host = host(of: repository)
    let scopes = [Scope.push(repository.repository)]
    var start = blobCall(.startUpload, "POST", descriptor.digest, in: repository, scopes: scopes)
    start.url = uploads(repository)
    let opening = start
    let opened = try await configuration.retry.run(until: deadline) {
      try await exchange(opening, at: host, until: deadline, accepting: [202])
    }
    guard let location = opened.headers["Location"] else {
      throw RegistryError(code: .refused, message: "POST upload of \(start.subject): no Location in the answer")
    }
    let session = try follow(location, from: start.url, host, start)
    let call = Call(
      operation: .uploadBlob, method: "PUT", url: session.adding("digest", descriptor.digest.description),
      subject: start.subject, scopes: scopes)
    var options = Options(
      headers: ["Content-Type": "application/octet-stream"],
      body: .stream(length: descriptor.size, reader), stallTimeout: 300, answerTimeout: 300, isLong: true)
    if let progress {
      options.progress = { sent, _ in
        progress(BlobProgress(descriptor: descriptor, phase: .moving, bytes: min(sent, descriptor.size)))
      }
    }
    let response = try await exchange(call, at: host, until: deadline, accepting: [200, 201, 204], options)
    let said = response.headers["Docker-Content-Digest"].flatMap { Digest($0) }
    guard said == nil || said == descriptor.digest else {
      throw RegistryError(
        code: .mismatch, message: "PUT blob \(call.subject): stored as \(said?.description ?? "")", isTemporary: true)
    }
  }
}

import Native
import OCI

/// How a blob came to be in a repository.
package enum BlobArrival: String, Sendable {
  case uploaded
  case mounted
  case existing
}

extension RegistryClient {
  /// Sees to it that `repository` has a blob: it is there, or another repository lends it, or the file is uploaded.
  ///
  /// - Parameters:
  ///   - path: the file that holds the blob; nil when it is not on this machine.
  ///   - sources: repositories of the same registry that may have the blob.
  ///   - send: uploads a blob that is in no file.
  func deliver(
    _ descriptor: Descriptor, path: String?, to repository: Reference, mountFrom sources: [String],
    progress: ProgressReceiver?, until deadline: Deadline, orElse send: (@Sendable () async throws -> Void)? = nil
  ) async throws -> BlobArrival {
    let scopes = [Scope.push(repository.repository)]
    var session: UploadSession?
    func upload(_ path: String) async throws -> BlobArrival {
      let upload = BlobUpload(
        client: self, descriptor: descriptor, path: path, repository: repository, progress: progress,
        deadline: deadline)
      try await upload.run(session)
      progress?(BlobProgress(descriptor: descriptor, phase: .done, bytes: descriptor.size))
      return .uploaded
    }
    if let path, descriptor.size <= configuration.smallSize {
      // Mounted from where it goes to, a blob that is there costs one request, and one that is not two: a HEAD first
      // would make that three.
      switch try await mount(descriptor.digest, from: repository.repository, to: repository, until: deadline) {
      case .mounted:
        progress?(BlobProgress(descriptor: descriptor, phase: .existing, bytes: descriptor.size))
        return .existing
      case .session(let opened): session = opened
      }
      return try await upload(path)
    }
    if try await hasBlob(descriptor, in: repository, scopes: scopes, until: deadline) {
      progress?(BlobProgress(descriptor: descriptor, phase: .existing, bytes: descriptor.size))
      return .existing
    }
    for source in sources where source != repository.repository {
      switch try await mount(descriptor.digest, from: source, to: repository, until: deadline) {
      case .mounted:
        progress?(BlobProgress(descriptor: descriptor, phase: .mounted, bytes: descriptor.size))
        return .mounted
      case .session(let opened): session = opened ?? session
      }
    }
    if path == nil, let send {
      try await send()
      progress?(BlobProgress(descriptor: descriptor, phase: .done, bytes: descriptor.size))
      return .uploaded
    }
    guard let path else {
      throw RegistryError(
        code: .invalid,
        message: "blob \(repository.registry)/\(repository.repository)@\(descriptor.digest) is neither here nor there",
        hint: "pull the image that it comes from, or name a repository to mount it from")
    }
    return try await upload(path)
  }

  /// Uploads the file at `path` as a blob, whether or not the repository has it.
  package func upload(
    _ descriptor: Descriptor, path: String, to repository: Reference, progress: ProgressReceiver? = nil
  ) async throws {
    let upload = BlobUpload(
      client: self, descriptor: descriptor, path: path, repository: repository, progress: progress,
      deadline: deadline())
    try await upload.run()
  }
}

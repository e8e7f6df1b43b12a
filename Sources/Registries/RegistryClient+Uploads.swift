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
    var session: RegistryURL?
    if let path, descriptor.size <= configuration.smallSize {
      // Mounted from where it goes to, a blob that is there costs one request, and one that is not two: a HEAD first
      // would make that three.
      switch try await mount(descriptor.digest, from: repository.repository, to: repository, until: deadline) {
      case .mounted:
        progress?(BlobProgress(descriptor: descriptor, phase: .existing, bytes: descriptor.size))
        return .existing
      case .session(let url): session = url
      }
      try await upload(descriptor, path: path, to: repository, session: session, progress: progress, until: deadline)
      progress?(BlobProgress(descriptor: descriptor, phase: .done, bytes: descriptor.size))
      return .uploaded
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
      case .session(let url): session = url
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
    try await upload(descriptor, path: path, to: repository, session: session, progress: progress, until: deadline)
    progress?(BlobProgress(descriptor: descriptor, phase: .done, bytes: descriptor.size))
    return .uploaded
  }

  /// Uploads the file at `path` as a blob, whether or not the repository has it.
  package func upload(
    _ descriptor: Descriptor, path: String, to repository: Reference, progress: ProgressReceiver? = nil
  ) async throws {
    try await upload(descriptor, path: path, to: repository, session: nil, progress: progress, until: deadline())
  }

  // MARK: - Mount

  private enum MountAnswer: Sendable {
    case mounted
    /// Refused, which by the specification opens an upload.
    case session(RegistryURL?)
  }

  private func mount(
    _ digest: Digest, from source: String, to repository: Reference, until deadline: Deadline
  ) async throws -> MountAnswer {
    var call = blobCall(
      .mountBlob, "POST", digest, in: repository, scopes: [.push(repository.repository), .pull(source)])
    call.url = uploads(repository).adding("mount", digest.description).adding("from", source)
    return try await configuration.retry.run(until: deadline) {
      do {
        let response = try await exchange(call, at: host(of: repository), until: deadline, accepting: [201, 202])
        return response.status == 201 ? .mounted : .session(try location(of: response, to: call, repository))
      } catch let error as RegistryError where [400, 401, 403, 404, 405].contains(error.status) {
        // A registry may know nothing of mounts, or the user nothing of the source: an upload is always possible.
        return .session(nil)
      }
    }
  }

  // MARK: - Upload

  /// POST opens a session, one PUT streams the file. Whatever goes wrong in between spoils the session, and this blob
  /// alone starts again.
  ///
  /// - Parameter session: one that a refused mount has opened.
  private func upload(
    _ descriptor: Descriptor, path: String, to repository: Reference, session: RegistryURL?,
    progress: ProgressReceiver?, until deadline: Deadline
  ) async throws {
    let host = host(of: repository)
    let scopes = [Scope.push(repository.repository)]
    var session = session
    var isFirst = true
    try await configuration.retry.run(until: deadline) {
      if !isFirst {
        progress?(BlobProgress(descriptor: descriptor, phase: .restarted, bytes: 0))
        // The bytes may have arrived and only the answer been lost.
        let check = blobCall(.checkBlob, "HEAD", descriptor.digest, in: repository, scopes: scopes)
        let there = try await exchange(check, at: host, until: deadline, accepting: [200, 404])
        if there.status == 200 { return }
      }
      isFirst = false
      var start = blobCall(.startUpload, "POST", descriptor.digest, in: repository, scopes: scopes)
      start.url = uploads(repository)
      var target = session
      session = nil
      if target == nil {
        let opened = try await exchange(start, at: host, until: deadline, accepting: [202])
        target = try location(of: opened, to: start, repository)
      }
      guard let target else {
        throw RegistryError(code: .refused, message: "POST upload of \(start.subject): no Location in the answer")
      }
      try await put(descriptor, path: path, at: target, start.subject, host, scopes, progress, until: deadline)
    }
  }

  private func put(
    _ descriptor: Descriptor, path: String, at session: RegistryURL, _ subject: String, _ host: RegistryHost,
    _ scopes: [Scope], _ progress: ProgressReceiver?, until deadline: Deadline
  ) async throws {
    let call = Call(
      operation: .uploadBlob, method: "PUT", url: session.adding("digest", descriptor.digest.description),
      subject: subject, scopes: scopes)
    // A registry reads the whole blob once more before it answers; a gibibyte took Docker's about four seconds.
    var options = Options(
      headers: ["Content-Type": "application/octet-stream"],
      body: .file(path: path, offset: 0, length: descriptor.size), stallTimeout: 300, isLong: true)
    if let progress {
      options.progress = { sent, _ in
        progress(BlobProgress(descriptor: descriptor, phase: .moving, bytes: min(sent, descriptor.size)))
      }
    }
    do {
      let response = try await exchange(call, at: host, until: deadline, accepting: [200, 201, 204], options)
      let said = response.headers["Docker-Content-Digest"].flatMap { Digest($0) }
      guard said == nil || said == descriptor.digest else {
        throw RegistryError(
          code: .mismatch, message: "PUT blob \(subject): stored as \(said?.description ?? "")", isTemporary: true)
      }
    } catch var error as RegistryError {
      if error.code == .mismatch {
        // Either the file is not what it should be, or the bytes changed on the way: only then is it worth a try.
        let digest = try await BlockingPool.shared.run { try BlobFile.digest(ofFile: path) }
        guard digest == descriptor.digest else {
          throw RegistryError(
            code: .mismatch, message: "\(path) should be \(descriptor.digest), but is \(digest)",
            hint: "the local store is damaged: build again")
        }
        error.isTemporary = true
      }
      if error.spoilsUpload || !call.url.hasSameOrigin(as: url(host, "")) { error.isTemporary = true }
      throw error
    }
  }

  private func uploads(_ repository: Reference) -> RegistryURL {
    url(host(of: repository), "\(repository.repository)/blobs/uploads/")
  }

  private func location(of response: HTTPResponse, to call: Call, _ repository: Reference) throws -> RegistryURL? {
    try response.headers["Location"].map { try follow($0, from: call.url, host(of: repository), call) }
  }
}

extension RegistryError {
  /// Whether the session is lost, and a new one may do: never go on with this one.
  fileprivate var spoilsUpload: Bool {
    reported.contains { $0.hasPrefix("BLOB_UPLOAD_") } || [404, 408, 410, 416].contains(status)
  }
}

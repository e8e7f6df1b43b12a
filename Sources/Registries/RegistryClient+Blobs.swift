import Native
import OCI

extension RegistryClient {
  /// Whether `repository` at a registry has a blob.
  ///
  /// - Parameter repository: its tag and digest do not count.
  package func hasBlob(_ descriptor: Descriptor, in repository: Reference) async throws -> Bool {
    try await hasBlob(descriptor, in: repository, scopes: [.pull(repository.repository)], until: deadline())
  }

  func hasBlob(
    _ descriptor: Descriptor, in repository: Reference, scopes: [Scope], until deadline: Deadline
  ) async throws -> Bool {
    let call = blobCall(.checkBlob, "HEAD", descriptor.digest, in: repository, scopes: scopes)
    let response = try await configuration.retry.run(until: deadline) {
      try await exchange(call, at: host(of: repository), until: deadline, accepting: [200, 404])
    }
    guard response.status == 200 else { return false }
    // A blob of another size is not that blob, whatever the registry calls it.
    return response.headers["Content-Length"].flatMap { Int($0) }.map { $0 == descriptor.size } ?? true
  }

  /// Fetches a blob as it streams to `writer`, checked against digest and size; goes on by Range where it broke.
  package func fetchBlob(
    _ descriptor: Descriptor, from repository: Reference, to writer: any BlobWriter, progress: ProgressReceiver? = nil
  ) async throws {
    try await fetchBlob(descriptor, from: repository, to: writer, progress: progress, until: deadline())
  }

  /// Fetches a blob to a file, which appears only when all of it is there and right.
  package func fetchBlob(
    _ descriptor: Descriptor, from repository: Reference, toFile path: String, progress: ProgressReceiver? = nil
  ) async throws {
    try await fetchBlob(descriptor, from: repository, to: try BlobFile(path: path), progress: progress)
  }

  /// Fetches a blob into memory.
  ///
  /// - Parameter limit: the most bytes that it may have.
  package func fetchBlob(
    _ descriptor: Descriptor, from repository: Reference, limit: Int = 8 << 20
  ) async throws -> [UInt8] {
    guard descriptor.size <= limit else {
      throw RegistryError(
        code: .refused,
        message: "blob \(repository.registry)/\(repository.repository)@\(descriptor.digest) has "
          + "\(descriptor.size) bytes, past \(limit)")
    }
    let buffer = BlobBuffer()
    try await fetchBlob(descriptor, from: repository, to: buffer)
    return buffer.bytes
  }

  func fetchBlob(
    _ descriptor: Descriptor, from repository: Reference, to writer: any BlobWriter, progress: ProgressReceiver?,
    slots: TransferSlots? = nil, until deadline: Deadline
  ) async throws {
    let call = blobCall(
      .fetchBlob, "GET", descriptor.digest, in: repository, scopes: [.pull(repository.repository)])
    let verifier: BlobVerifier
    do { verifier = try BlobVerifier(descriptor, call.subject, writer) } catch {
      try? writer.finish(isWhole: false)
      throw error
    }
    do {
      try await configuration.retry.run(until: deadline, progress: { verifier.count }) {
        guard !verifier.isComplete else { return }
        let host = host(of: repository)
        guard let slots else {
          return try await receive(call, at: host, into: verifier, descriptor, progress, until: deadline)
        }
        try await slots.run {
          try await receive(call, at: host, into: verifier, descriptor, progress, until: deadline)
        }
      }
    } catch {
      verifier.abandon()
      throw error
    }
    try verifier.finish()
    progress?(BlobProgress(descriptor: descriptor, phase: .done, bytes: descriptor.size))
  }

  /// One try. It starts at the registry again: an address that it redirects to lives only for minutes.
  private func receive(
    _ call: Call, at host: RegistryHost, into verifier: BlobVerifier, _ descriptor: Descriptor,
    _ progress: ProgressReceiver?, until deadline: Deadline
  ) async throws {
    var options = Options(
      headers: verifier.beginTry(), isLong: true, onHead: { try verifier.begin($0) },
      receiver: { try verifier.receive($0) })
    if let progress {
      options.progress = { _, _ in
        progress(BlobProgress(descriptor: descriptor, phase: .moving, bytes: verifier.count))
      }
    }
    do {
      _ = try await exchange(call, at: host, until: deadline, accepting: [200, 206], options)
    } catch {
      if var refusal = error as? RegistryError, refusal.status == 416, options.headers["Range"] != nil {
        verifier.avoidRange()
        refusal.isTemporary = true
        throw refusal
      }
      throw verifier.failure ?? error
    }
    // An answer without a length ends where its connection does.
    guard verifier.isComplete else {
      throw RegistryError(
        code: .unavailable,
        message: "GET blob \(call.subject): ended after \(verifier.count) of \(descriptor.size) bytes",
        isTemporary: true)
    }
  }

  func blobCall(
    _ operation: Operation, _ method: String, _ digest: Digest, in repository: Reference, scopes: [Scope]
  ) -> Call {
    Call(
      operation: operation, method: method, url: url(host(of: repository), "\(repository.repository)/blobs/\(digest)"),
      subject: "\(repository.registry)/\(repository.repository)@\(digest)", scopes: scopes,
      isPull: operation == .fetchBlob)
  }
}

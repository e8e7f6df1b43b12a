import Native
import OCI

/// Sends the file of one blob to a registry, over as many requests as it takes.
///
/// POST opens a session and one PUT streams the file: the way that every registry takes, and ECR prefers. Where a body may
/// not have any size, PATCH sends it in chunks. What goes wrong hurts this blob alone. It goes on where the registry says
/// that it stands, and starts again where it does not say.
struct BlobUpload: Sendable {
  let client: RegistryClient
  let descriptor: Descriptor
  let path: String
  let repository: Reference
  let progress: ProgressReceiver?
  let deadline: Deadline

  private var host: RegistryHost { client.host(of: repository) }
  private var scopes: [Scope] { [.push(repository.repository)] }

  /// - Parameter opened: a session that a refused mount has opened.
  func run(_ opened: UploadSession? = nil) async throws {
    var session = opened
    var isFirst = true
    let slots = client.slots(of: repository)
    try await client.configuration.retry.run(until: deadline, progress: { session?.offset ?? 0 }) {
      try await slots.run {
        if !isFirst {
          session = await resumed(session)
          if session == nil, try await restart() { return }
        }
        isFirst = false
        var current = if let session { session } else { try await open() }
        do {
          try await send(&current)
        } catch var error as RegistryError {
          session = keeps(current, after: error) ? current : nil
          // Whoever does not let a session go on may take the blob from its first byte.
          if current.isResumed, error.code == .refused { error.isTemporary = true }
          throw error
        }
      }
    }
  }

  private func open() async throws -> UploadSession {
    var call = client.blobCall(.startUpload, "POST", descriptor.digest, in: repository, scopes: scopes)
    call.url = client.uploads(repository)
    let answer = try await client.exchange(call, at: host, until: deadline, accepting: [202])
    guard let session = try client.session(opened: answer, by: call, repository) else {
      throw RegistryError(code: .refused, message: "POST upload of \(call.subject): no Location in the answer")
    }
    return session
  }

  /// Begins from the first byte, unless the bytes have arrived and only the answer was lost. Returns whether they have.
  private func restart() async throws -> Bool {
    progress?(BlobProgress(descriptor: descriptor, phase: .restarted, bytes: 0))
    let check = client.blobCall(.checkBlob, "HEAD", descriptor.digest, in: repository, scopes: scopes)
    return try await client.exchange(check, at: host, until: deadline, accepting: [200, 404]).status == 200
  }

  // MARK: - To go on

  /// Whether the session may still be good. One that the registry calls spoilt is not, nor is one of ECR's: what it says
  /// of where it stands is wrong.
  private func keeps(_ session: UploadSession, after error: RegistryError) -> Bool {
    guard ECRHost(host.name) == nil else { return false }
    // 416 means only that it is not where we thought; nor is it where it said, when it says so again.
    if error.status == 416 { return !session.isResumed && !error.reported.contains { $0.hasPrefix("BLOB_UPLOAD_") } }
    return error.isTemporary && !error.spoilsUpload && error.code != .mismatch && error.status != 413
  }

  /// The session where the registry says that it stands; nil when there is nothing to go on from.
  private func resumed(_ session: UploadSession?) async -> UploadSession? {
    guard var session else { return nil }
    let call = Call(
      operation: .checkUpload, method: "GET", url: session.url, subject: subject, scopes: scopes)
    guard let answer = try? await client.exchange(call, at: host, until: deadline, accepting: [200, 202, 204]),
      let stored = UploadSession.storedBytes(answer.headers["Range"]), stored <= descriptor.size
    else { return nil }
    if let location = answer.headers["Location"] {
      guard let url = try? client.follow(location, from: session.url, host, call) else { return nil }
      session.url = url
    }
    session.offset = stored
    session.isResumed = true
    return session
  }

  // MARK: - To send

  private var subject: String { "\(repository.registry)/\(repository.repository)@\(descriptor.digest)" }

  private func send(_ session: inout UploadSession) async throws {
    let chunk = client.chunkSize(of: host).map { max($0, session.leastChunk) }
    if let chunk, chunk < descriptor.size {
      while session.offset < descriptor.size {
        try await patch(&session, min(chunk, descriptor.size - session.offset), of: chunk)
      }
    } else if session.offset > 0, session.offset < descriptor.size {
      try await patch(&session, descriptor.size - session.offset, of: nil)
    }
    try await put(session)
  }

  private func patch(_ session: inout UploadSession, _ count: Int, of chunk: Int?) async throws {
    let call = Call(operation: .uploadBlob, method: "PATCH", url: session.url, subject: subject, scopes: scopes)
    var options = options(from: session.offset, count)
    options.headers["Content-Range"] = "\(session.offset)-\(session.offset + count - 1)"
    do {
      // ECR says 201 where the specification says 202.
      let answer = try await client.exchange(call, at: host, until: deadline, accepting: [201, 202, 204], options)
      session.offset += count
      if let location = answer.headers["Location"] {
        session.url = try client.follow(location, from: session.url, host, call)
      }
    } catch let error as RegistryError {
      throw judged(error, call, body: count, chunk: chunk)
    }
  }

  /// Ends the upload, with all of the blob that has not been sent yet: all or nothing.
  private func put(_ session: UploadSession) async throws {
    let call = Call(
      operation: .uploadBlob, method: "PUT", url: session.url.adding("digest", descriptor.digest.description),
      subject: subject, scopes: scopes)
    let rest = descriptor.size - session.offset
    do {
      let answer = try await client.exchange(
        call, at: host, until: deadline, accepting: [200, 201, 204], options(from: session.offset, rest))
      let said = answer.headers["Docker-Content-Digest"].flatMap { Digest($0) }
      guard said == nil || said == descriptor.digest else {
        throw RegistryError(
          code: .mismatch, message: "PUT blob \(subject): stored as \(said?.description ?? "")", isTemporary: true)
      }
    } catch var error as RegistryError {
      if error.code == .mismatch {
        try await checkFile()
        error.isTemporary = true
      }
      throw judged(error, call, body: rest, chunk: nil)
    }
  }

  private func options(from offset: Int, _ count: Int) -> RegistryClient.Options {
    // A registry reads the whole blob once more before it answers; a gibibyte took Docker's about four seconds.
    var options = RegistryClient.Options(
      headers: ["Content-Type": "application/octet-stream"],
      body: count > 0 ? .file(path: path, offset: offset, length: count) : .none, answerTimeout: 300, isLong: true)
    if let progress {
      options.progress = { [descriptor] sent, _ in
        progress(BlobProgress(descriptor: descriptor, phase: .moving, bytes: min(offset + sent, descriptor.size)))
      }
    }
    return options
  }

  // MARK: - After an error

  /// Either the file is not what it should be, or the bytes changed on the way: only then is it worth another try.
  private func checkFile() async throws {
    let digest = try await BlockingPool.shared.run { [path] in try BlobFile.digest(ofFile: path) }
    guard digest == descriptor.digest else {
      throw RegistryError(
        code: .mismatch, message: "\(path) should be \(descriptor.digest), but is \(digest)",
        hint: "the local store is damaged: build again")
    }
  }

  /// The error of one request, as it is for the whole blob.
  private func judged(_ error: RegistryError, _ call: Call, body: Int, chunk: Int?) -> RegistryError {
    var error = error
    if error.spoilsUpload || !call.url.hasSameOrigin(as: client.url(host, "")) { error.isTemporary = true }
    guard error.status == 413 else { return error }
    error.isTemporary = client.lowerChunkSize(of: host, from: chunk, body: body)
    error.hint = "the registry, or a proxy before it, takes no body of \(body) bytes: have its limit raised"
    return error
  }
}

extension RegistryError {
  /// Whether the session is lost, and a new one may do: never go on with this one.
  fileprivate var spoilsUpload: Bool {
    reported.contains { $0.hasPrefix("BLOB_UPLOAD_") } || [404, 408, 410, 416].contains(status)
  }
}

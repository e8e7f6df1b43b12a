import Native
import OCI
import Synchronization

/// Where a blob's bytes go. Either all of it arrived and was what its digest names, or nothing of it may be kept.
package protocol BlobWriter: Sendable {
  /// The next bytes, in order; called on a thread that may block.
  func write(_ bytes: UnsafeRawBufferPointer) throws
  /// Called once, last.
  ///
  /// - Parameter isWhole: whether size and digest are right; if not, drop what was written.
  func finish(isWhole: Bool) throws
}

/// Counts and hashes a blob on its way to a writer, over as many connections as it takes.
final class BlobVerifier: Sendable {
  private struct State: ~Copyable {
    var sha: SHA256?
    /// Bytes that the writer has.
    var count = 0
    /// Bytes of the present answer to pass over: what an answer to a ranged request repeats.
    var repeated = 0
    /// What the first answer calls its version of the bytes. Source: RFC 9110, section 8.8.3.
    var entityTag: String?
    /// Whether a range was asked for and another came, or an error.
    var avoidsRange = false
    var failure: RegistryError?
  }

  private let descriptor: Descriptor
  private let subject: String
  private let writer: any BlobWriter
  private let state: Mutex<State>

  /// - Parameter subject: `HOST/REPOSITORY@DIGEST`, for messages.
  init(_ descriptor: Descriptor, _ subject: String, _ writer: any BlobWriter) throws {
    guard descriptor.digest.algorithm == .sha256 else {
      throw RegistryError(code: .unsupported, message: "\(subject): only SHA-256 digests are read")
    }
    self.descriptor = descriptor
    self.subject = subject
    self.writer = writer
    state = Mutex(State(sha: try SHA256()))
  }

  /// Bytes that have arrived and been written.
  var count: Int { state.withLock { $0.count } }
  /// What ended the transfer from this side.
  var failure: RegistryError? { state.withLock { $0.failure } }
  var isComplete: Bool { count == descriptor.size }

  /// The headers of the next try, by which it goes on where the bytes end; none for one from the start.
  func beginTry() -> HTTPHeaders {
    state.withLock { state in
      state.failure = nil
      guard state.count > 0, !state.avoidsRange else { return [:] }
      var headers: HTTPHeaders = ["Range": "bytes=\(state.count)-"]
      headers["If-Range"] = state.entityTag
      return headers
    }
  }

  /// From now on the whole is asked for, and passed over as far as it is here: for whoever refuses ranges.
  func avoidRange() { state.withLock { $0.avoidsRange = true } }

  /// Sees that an answer is, or begins with, what was asked for.
  func begin(_ head: HTTPResponse) throws {
    try state.withLock { state in
      state.repeated = 0
      if head.status == 206 {
        // bytes FIRST-LAST/TOTAL
        let range = head.headers["Content-Range"]?.split { " -/".contains($0) } ?? []
        guard range.count == 4, Int(range[1]) == state.count, range[3] == "*" || Int(range[3]) == descriptor.size else {
          state.avoidsRange = true
          throw fail(
            &state, .refused,
            "asked to go on at byte \(state.count), was given \(head.headers["Content-Range"] ?? "no range")",
            isTemporary: true)
        }
        return
      }
      state.repeated = state.count
      // A weak one does not promise the same bytes.
      state.entityTag = head.headers["ETag"].flatMap { $0.hasPrefix("\"") ? $0 : nil }
      if let length = head.headers["Content-Length"].flatMap({ Int($0) }), length != descriptor.size {
        // Nothing of it has been written: the next answer may be right.
        throw fail(
          &state, .mismatch, "\(descriptor.size) bytes were promised, \(length) are offered", isTemporary: true)
      }
    }
  }

  func receive(_ bytes: UnsafeRawBufferPointer) throws {
    // A pointer may not enter the lock, its address may.
    let address = Int(bitPattern: bytes.baseAddress)
    let count = bytes.count
    let skipped = try state.withLock { state in
      let skipped = min(state.repeated, count)
      state.repeated -= skipped
      guard state.count + count - skipped <= descriptor.size else {
        throw fail(&state, .mismatch, "more than the \(descriptor.size) bytes that were promised")
      }
      let new = UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: address + skipped), count: count - skipped)
      try state.sha?.update(new)
      return skipped
    }
    do { try writer.write(UnsafeRawBufferPointer(rebasing: bytes[skipped...])) } catch {
      throw state.withLock { fail(&$0, .local, "write: \(error)") }
    }
    state.withLock { $0.count += count - skipped }
  }

  /// Hands the writer its end, after the last byte.
  func finish() throws {
    let (count, digest) = try state.withLock { state in
      guard let sha = state.sha.take() else { return (state.count, Digest?.none) }
      return (state.count, Digest(sha256: try sha.finish()))
    }
    guard count == descriptor.size, digest == descriptor.digest else {
      try? writer.finish(isWhole: false)
      throw RegistryError(
        code: .mismatch,
        message: "GET blob \(subject): \(descriptor.size) bytes of \(descriptor.digest) were promised, "
          + "\(count) bytes of \(digest?.description ?? "nothing") came",
        hint: "the registry's copy, or something on the way, is damaged")
    }
    do { try writer.finish(isWhole: true) } catch {
      throw RegistryError(code: .local, message: "keep blob \(subject): \(error)")
    }
  }

  func abandon() {
    try? writer.finish(isWhole: false)
  }

  private func fail(
    _ state: inout State, _ code: RegistryError.Code, _ text: String, isTemporary: Bool = false
  ) -> RegistryError {
    let error = RegistryError(code: code, message: "GET blob \(subject): \(text)", isTemporary: isTemporary)
    state.failure = error
    return error
  }
}

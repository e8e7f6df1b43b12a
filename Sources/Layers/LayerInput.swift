import Native
import OCI
import Synchronization

/// A blob on its way to the tar reader: hashed as it is and decompressed on one thread, counted and hashed again on
/// another, so that whoever writes the files waits for the slowest of them and not for all.
final class LayerInput {
  let name: Digest
  private(set) var failure: LayerError?
  private let line: Line
  private var threads = ThreadTeam()
  /// What has come and how much of it is used.
  private var piece: [UInt8] = []
  private var used = 0

  /// - Parameter limit: bytes that it may have when it is decompressed.
  init(_ file: consuming FileDescriptor, named name: Digest, limit: Int) throws(LayerError) {
    self.name = name
    let line = Line(file, named: name, limit: limit)
    self.line = line
    do throws(NativeError) {
      try threads.start { line.decompress() }
      try threads.start { line.hash() }
    } catch {
      throw LayerError(error)
    }
  }

  deinit {
    line.stop()
  }

  /// Bytes of the tar; 0 at its end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(NativeError) -> Int {
    if used == piece.count {
      used = 0
      guard let next = line.exchange(&piece) else {
        if let failure = line.failure { throw fail(with: failure) }
        return 0
      }
      piece = next
    }
    let count = min(buffer.count, piece.count - used)
    piece.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[used..<used + count])) }
    used += count
    return count
  }

  /// Keeps an error for which the libraries between have no words.
  private func fail(with error: LayerError) -> NativeError {
    failure = error
    return NativeError(operation: "unpack \(name)", reason: error.message)
  }

  /// Reads what the archive's reader left: padding, of which the digests speak too.
  func drain() throws(NativeError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while try read(into: buffer) > 0 {}
  }

  /// What has passed, when all has been read.
  ///
  /// - Throws: `.corrupt` when the blob has not the digest `expected`.
  func finish(expecting expected: Digest) throws(LayerError) -> (diffID: DiffID, size: Int) {
    threads.join()
    let digests = try line.digests()
    guard digests.blob == expected else {
      throw LayerError(
        code: .corrupt, message: "the layer that should be \(expected) is \(digests.blob)",
        hint: "Remove it, so that it is made or fetched again.")
    }
    return (DiffID(digests.tar), digests.size)
  }
}

extension LayerInput {
  /// What the threads do, and what they share.
  private final class Line: Sendable {
    /// Bytes of the tar that are handed on at a time.
    private static let pieceSize = 1 << 19
    private static let pieceCount = 4

    private struct State {
      var failure: LayerError?
      var blob: Digest?
      var tar: Digest?
      var size = 0
    }

    private let file: FileDescriptor
    private let name: Digest
    private let limit: Int
    /// Pieces that have been used; when there is none left, whoever fills them waits.
    private let empty = Channel<[UInt8]>(capacity: Line.pieceCount)
    private let decompressed = Channel<[UInt8]>(capacity: Line.pieceCount)
    private let hashed = Channel<[UInt8]>(capacity: Line.pieceCount)
    private let state = Mutex(State())

    init(_ file: consuming FileDescriptor, named name: Digest, limit: Int) {
      self.file = file
      self.name = name
      self.limit = limit
      for _ in 0..<Self.pieceCount { empty.send([]) }
    }

    /// Takes back a piece and gives the next; nil at the end, or after a failure.
    func exchange(_ piece: inout [UInt8]) -> [UInt8]? {
      var used: [UInt8] = []
      swap(&used, &piece)
      if !used.isEmpty { empty.send(consume used) }
      return hashed.receive()
    }

    /// Ends the threads before all has been read.
    func stop() {
      state.withLock {
        $0.failure = $0.failure ?? LayerError(code: .invalid, message: "the layer \(name) was given up")
      }
      empty.close()
    }

    var failure: LayerError? { state.withLock { $0.failure } }

    /// When the threads have ended.
    func digests() throws(LayerError) -> (blob: Digest, tar: Digest, size: Int) {
      let state = state.withLock { $0 }
      if let failure = state.failure { throw failure }
      guard let blob = state.blob, let tar = state.tar else {
        throw LayerError(code: .invalid, message: "the layer \(name) was not read to its end")
      }
      return (blob, tar, state.size)
    }

    func decompress() {
      attempt { () throws(LayerError) in
        let blob = HashedFile()
        var decompressor = Decompressor { (buffer) throws(NativeError) in try blob.read(self.file, into: buffer) }
        var size = 0
        while self.failure == nil, var piece = self.empty.receive() {
          let count = try self.fill(&piece, from: &decompressor)
          size += count
          guard size <= self.limit else {
            throw LayerError(
              code: .limit, message: "the layer \(self.name) unpacks to more than \(self.limit) bytes",
              hint: "If that is right, allow more.")
          }
          let isLast = count < Self.pieceSize
          if isLast { piece.removeLast(Self.pieceSize - count) }
          if count > 0 { self.decompressed.send(consume piece) }
          if isLast { break }
        }
        let digest = try blob.digest()
        self.state.withLock { [size] in
          $0.blob = digest
          $0.size = size
        }
      }
      decompressed.close()
    }

    func hash() {
      attempt { () throws(LayerError) in
        var sha = try LayerError.translating { try SHA256() }
        while let piece = self.decompressed.receive() {
          do throws(NativeError) { try sha.update(piece) } catch { throw LayerError(error) }
          self.hashed.send(piece)
        }
        let digest: Digest
        do throws(NativeError) { digest = Digest(sha256: try sha.finish()) } catch { throw LayerError(error) }
        self.state.withLock { $0.tar = digest }
      }
      while decompressed.receive() != nil {}
      hashed.close()
    }

    private func attempt(_ body: () throws(LayerError) -> Void) {
      do throws(LayerError) { try body() } catch { state.withLock { $0.failure = $0.failure ?? error } }
    }

    private func fill(
      _ piece: inout [UInt8], from decompressor: inout Decompressor
    ) throws(LayerError) -> Int {
      if piece.count != Self.pieceSize { piece = [UInt8](repeating: 0, count: Self.pieceSize) }
      do throws(NativeError) {
        return try piece.withUnsafeMutableBufferPointer { (pointer) throws(NativeError) in
          try decompressor.read(into: UnsafeMutableRawBufferPointer(pointer))
        }
      } catch {
        // Of the file system or of what the bytes are.
        guard error.errno == nil else { throw LayerError(error) }
        throw LayerError(
          code: .corrupt, message: "the layer \(name) cannot be unpacked: \(error.reason)",
          hint: "Remove it, so that it is made or fetched again.")
      }
    }
  }

  /// The digest of what is read of a file.
  private final class HashedFile {
    private var sha: SHA256?

    func read(_ file: borrowing FileDescriptor, into buffer: UnsafeMutableRawBufferPointer) throws(NativeError) -> Int {
      if sha == nil { sha = try SHA256() }
      let count = try file.read(into: buffer)
      try sha?.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      return count
    }

    func digest() throws(LayerError) -> Digest {
      do throws(NativeError) {
        guard let sha = sha.take() else { return Digest(sha256: try SHA256.hash([])) }
        return Digest(sha256: try sha.finish())
      } catch {
        throw LayerError(error)
      }
    }
  }
}

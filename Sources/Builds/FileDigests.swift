import FoundationEssentials
import Glibc
import Native
import Synchronization

/// The content of many files, each as its SHA-256.
enum FileDigests {
  /// What a thread takes at a time: so many files, or fewer that have so many bytes together. Large files go one by one.
  private static let portion = (files: 32, bytes: 4 << 20)

  /// The 32 bytes of each file, in the order of `files`. What the index knows is not read; the others are read by as many
  /// threads as there are processors, and told to the index. Blocks.
  ///
  /// - Throws: `NativeError` when a file cannot be read, or is none any more.
  static func of(_ files: [CopySource.File], index: FileIndex?) throws -> [[UInt8]] {
    var digests = index.map { index in files.map { index.digest(of: $0.status) ?? [] } } ?? files.map { _ in [] }
    let unknown = digests.indices.filter { digests[$0].isEmpty }
    guard !unknown.isEmpty else { return digests }
    let outcome = Mutex<(next: Int, read: [(Int, [UInt8])], error: (any Error)?)>((0, [], nil))
    let work: @Sendable () -> Void = {
      while true {
        let numbers = outcome.withLock { outcome in
          let numbers = outcome.error == nil ? portion(of: unknown[outcome.next...], files) : []
          outcome.next += numbers.count
          return numbers
        }
        guard !numbers.isEmpty else { return }
        let result = Result { try numbers.map { ($0, try digest(of: files[$0], index: index)) } }
        outcome.withLock { outcome in
          switch result {
          case .success(let read): outcome.read += read
          case .failure(let error): outcome.error = outcome.error ?? error
          }
        }
      }
    }
    run(work, threads: min(ProcessInfo.processInfo.activeProcessorCount, 1 + unknown.count / 2))
    let (_, read, error) = outcome.withLock { $0 }
    if let error { throw error }
    for (number, digest) in read { digests[number] = digest }
    return digests
  }

  /// The first of `numbers`, as many as a thread takes at a time.
  private static func portion(of numbers: ArraySlice<Int>, _ files: [CopySource.File]) -> ArraySlice<Int> {
    var bytes = 0
    let first = numbers.prefix(portion.files)
    let end = first.firstIndex { number in
      bytes += files[number].status.size
      return bytes >= portion.bytes
    }
    return end.map { first[...$0] } ?? first
  }

  private static func run(_ work: @escaping @Sendable () -> Void, threads: Int) {
    guard threads > 1 else { return work() }
    let thread = JoinableThread(work)
    run(work, threads: threads - 1)
    thread.join()
  }

  private static func digest(of file: CopySource.File, index: FileIndex?) throws(NativeError) -> [UInt8] {
    let start = FileIndex.now()
    let open = try FileDescriptor.open(file.hostPath, O_RDONLY | O_NOFOLLOW)
    var sha = try SHA256()
    // Small files are most of them, and need no large buffer.
    let size = min(max(file.status.size + 1, 4096), 256 << 10)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
    defer { buffer.deallocate() }
    while true {
      let count = try open.read(into: buffer)
      try sha.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      if count < buffer.count { break }
    }
    let digest = try sha.finish()
    try index?.keep(digest, of: open.status(), readAt: start)
    return digest
  }
}

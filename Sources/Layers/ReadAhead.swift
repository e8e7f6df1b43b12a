import Dispatch
import Glibc
import Native
import Synchronization

/// Opens and reads the small files of entries that are to be written soon, several at a time: a tree of small files is bound
/// by system calls, and by the disk's answers to them.
final class ReadAhead {
  /// Entries that are read together by one thread.
  final class Batch: Sendable {
    /// How many entries, at most: enough that handing them over costs nothing to speak of.
    static let limit = 64

    let entries: [LayerEntry]
    private let result = Mutex(Contents())
    private let isRead = DispatchSemaphore(value: 0)

    init(_ entries: [LayerEntry]) { self.entries = entries }

    fileprivate func read() {
      let contents = Contents(of: entries)
      result.withLock { $0 = contents }
      isRead.signal()
    }

    /// Waits until a thread has read them.
    func contents() -> Contents {
      isRead.wait()
      return result.withLock { contents in
        var own = Contents()
        swap(&contents, &own)
        return own
      }
    }
  }

  /// What has been read of a batch.
  struct Contents: Sendable {
    enum Content: Sendable {
      /// Not a small file: who writes it reads it.
      case notRead
      case bytes(Range<Int>)
      case failed(LayerError)
    }

    /// Bytes of a file that is read ahead, at most, and of a batch.
    private static let fileLimit = 64 << 10
    private static let batchLimit = 512 << 10

    /// One after another.
    private(set) var bytes: [UInt8] = []
    /// For each entry.
    private(set) var contents: [Content] = []

    init() {}

    init(of entries: [LayerEntry]) {
      contents.reserveCapacity(entries.count)
      for entry in entries {
        guard case .file(.path(let path)) = entry.kind else {
          contents.append(.notRead)
          continue
        }
        do throws(LayerError) { contents.append(try read(path)) } catch { contents.append(.failed(error)) }
      }
    }

    private mutating func read(_ path: [UInt8]) throws(LayerError) -> Content {
      do throws(NativeError) {
        let file = try FileDescriptor.open(path, O_RDONLY | O_NOFOLLOW)
        let status = try file.status()
        let size = status.size
        guard status.kind == .file, size <= Self.fileLimit, bytes.count + size <= Self.batchLimit else {
          return .notRead
        }
        let start = bytes.count
        // One more, so that a file that has grown shows.
        bytes.append(contentsOf: repeatElement(0, count: size + 1))
        let count = try bytes.withUnsafeMutableBufferPointer { (pointer) throws(NativeError) in
          try file.read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(pointer)[start...]))
        }
        guard count == size else { throw LayerWriter.changed }
        bytes.removeLast()
        return .bytes(start..<start + size)
      } catch {
        throw LayerWriter.failure(error, reading: path)
      }
    }
  }

  /// Enough to keep a disk busy that answers late.
  private static let threadCount = 4

  private let batches = Channel<Batch>(capacity: ReadAhead.threadCount)
  private var threads = ThreadTeam()
  private var waiting: [Batch] = []

  init() throws(LayerError) {
    for _ in 0..<Self.threadCount {
      do throws(NativeError) {
        try threads.start { [batches] in while let batch = batches.receive() { batch.read() } }
      } catch {
        batches.close()
        throw LayerError(error)
      }
    }
  }

  deinit {
    batches.close()
  }

  /// Gives a batch to be read, and returns the one whose turn it is to be written; nil when there is time.
  func exchange(_ batch: Batch) -> Batch? {
    batches.send(batch)
    waiting.append(batch)
    return waiting.count > Self.threadCount ? waiting.removeFirst() : nil
  }

  /// The next of the batches that are left.
  func next() -> Batch? { waiting.isEmpty ? nil : waiting.removeFirst() }
}

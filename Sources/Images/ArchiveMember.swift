import Glibc
import Native

/// A reader somewhere in a tar on disk: at the member that it has gone to.
final class ArchiveMember {
  private let path: String
  private var tar: TarReader
  private let base: Int
  /// Bytes of the member's content.
  private(set) var size = 0

  /// - Parameter position: where a member begins; a compressed archive is read from its start all the same.
  init(path: String, isCompressed: Bool, at position: Int) throws(NativeError) {
    self.path = path
    let file = OpenBlob(try FileDescriptor.open(path))
    base = isCompressed ? 0 : position
    guard lseek(file.file.raw, off_t(base), SEEK_SET) == base else { throw NativeError(failed: "seek in \(path)") }
    tar = try TarReader(compressed: isCompressed, requiresEndMarker: position == 0) { (buffer) throws(NativeError) in
      try file.file.read(into: buffer)
    }
  }

  /// Where the member begins, from the start of the archive.
  var position: Int { base + tar.position }

  func next() throws(NativeError) -> TarHeader? {
    let header = try tar.next()
    if case .file(let size)? = header?.kind { self.size = size } else { size = 0 }
    return header
  }

  /// The next bytes of the member's content.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(NativeError) -> Int { try tar.read(into: buffer) }
}

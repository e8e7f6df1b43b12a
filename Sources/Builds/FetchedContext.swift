import Dockerfiles
import Glibc
import Layers
import Native

/// A build context that is no folder of the caller's: it came as a tar, compressed or not, or from elsewhere. It lies in a
/// folder that goes away with the last who holds it; nothing in it is written, or read, outside of that folder.
package struct FetchedContext: Sendable {
  private let folder: ScratchFolder
  /// Absolute.
  private let directory: String

  /// - Parameter directory: the context in `folder`, or in a folder of it.
  init(in folder: ScratchFolder, at directory: String) {
    self.folder = folder
    self.directory = directory
  }

  /// Unpacks what `source` gives. Owners are not kept, as COPY does not look at them.
  ///
  /// - Parameter limit: bytes that the files may have together.
  /// - Throws: `BuildError` with code `input` for what is no tar, or has what no build context has.
  package init(
    cache: BuildCache, limit: Int = LayerExtractor.defaultLimit, from source: @escaping TarReader.Source
  ) throws {
    try self.init(emptyIn: cache)
    var tree = ContextTree(root: try FileDescriptor.open(directory, O_RDONLY | O_DIRECTORY), limit: limit)
    do {
      var reader = try TarReader(compressed: true, requiresEndMarker: false, from: source)
      while let header = try reader.next() { try tree.add(header, &reader) }
      try tree.finish()
    } catch let error as NativeError where error.errno == nil {
      throw BuildError(
        code: .input, message: "the build context cannot be unpacked: \(error.reason)",
        hint: "give a tar of the folder: tar -c . | imagesmith build -")
    }
  }

  /// A context without any file, for a Dockerfile that comes alone.
  package init(emptyIn cache: BuildCache) throws(NativeError) {
    folder = try cache.makeWorkArea()
    directory = folder.path + "/context"
    guard mkdir(directory, 0o755) == 0 else { throw NativeError(failed: "make \(directory)") }
  }

  /// The context, without what `NAME.dockerignore` or `.dockerignore` in it leaves out.
  ///
  /// - Parameter dockerfile: the path of the Dockerfile in the context.
  package func context(dockerfile: String) throws -> BuildContext {
    for name in [dockerfile + ".dockerignore", ".dockerignore"] {
      guard let bytes = try read(name) else { continue }
      let ignore = try DockerIgnore.parse(String(decoding: bytes, as: UTF8.self), file: name)
      return BuildContext(directory: directory, ignore: ignore, fetched: self)
    }
    return BuildContext(directory: directory, ignore: nil, fetched: self)
  }

  /// Puts a file into the context.
  func write(_ bytes: [UInt8], as name: String) throws(NativeError) {
    try AtomicFile.write(bytes, to: "\(directory)/\(name)")
  }

  /// By the first 512 bytes of a file: a tar, or something that is compressed.
  package static func isArchive(_ start: [UInt8]) -> Bool {
    let marks: [[UInt8]] = [
      [0x1F, 0x8B], Array("BZh".utf8), [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], [0x28, 0xB5, 0x2F, 0xFD],
      [0x04, 0x22, 0x4D, 0x18], [0x1F, 0x9D],
    ]
    return marks.contains { start.starts(with: $0) } || start.dropFirst(257).starts(with: Array("ustar".utf8))
  }

  /// A file of the context, links followed as if its folder were the root; nil when it is not there.
  package func read(_ path: String) throws(NativeError) -> [UInt8]? {
    do throws(NativeError) {
      let root = try FileDescriptor.open(directory, O_RDONLY | O_DIRECTORY)
      return try root.open(inRoot: Array(path.utf8), O_RDONLY).readAll(limit: 16 << 20)
    } catch {
      guard error.errno == ENOENT || error.errno == ENOTDIR else { throw error }
      return nil
    }
  }
}

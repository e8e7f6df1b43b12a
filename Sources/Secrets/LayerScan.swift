import Layers
import Native
import OCI

/// Looks for secrets in a layer's files, while the layer is written or as it is read.
package final class LayerScan: LayerInspector {
  private let table: RuleTable
  private let content: ContentScan
  private var path: [UInt8] = []
  /// Bytes of the file that are still to come.
  private var rest = 0
  private var isFirst = true

  /// So far.
  package private(set) var result = ScanResult()
  /// Bytes of files that have been looked at.
  package private(set) var size = 0
  /// What was found itself, so that what is shown of the image can be kept free of it. It goes nowhere else.
  package private(set) var secrets: Set<[UInt8]> = []

  package init(_ table: RuleTable = .standard) {
    self.table = table
    content = ContentScan(table)
  }

  package func begin(_ path: [UInt8], size: Int) {
    self.path = path
    rest = size
    isFirst = true
    content.begin(path, size: size)
  }

  package func take(_ bytes: UnsafeRawBufferPointer) {
    size += bytes.count
    content.take(bytes, isWhole: isFirst && bytes.count == rest)
    isFirst = false
    rest -= bytes.count
  }

  package func end() {
    content.end()
    guard !content.hits.isEmpty else { return }
    let path = RuleTable.text(path)
    // Anchors come in the order of their rarest bytes.
    for hit in content.hits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      result.add(
        Finding(
          rule: table.rules[hit.rule].id, path: path, line: hit.line,
          offset: hit.line == nil ? hit.range.lowerBound : nil))
      secrets.insert(hit.secret)
    }
  }
}

extension LayerScan {
  /// Reads a layer of a store and looks at every file in it. Blocks.
  ///
  /// - Throws: `LayerError` with code `corrupt` when it cannot be read, or its tar has another digest than `diffID`; `limit`;
  ///   `notFound`.
  package func read(_ layer: Layer, from store: BlobStore) throws(LayerError) {
    let file = try store.open(layer.descriptor.digest)
    do {
      let input = try TarInput(file)
      var tar = try TarReader(requiresEndMarker: false) { (buffer) throws(NativeError) in try input.read(into: buffer) }
      while let header = try tar.next() {
        guard case .file(let size) = header.kind, size > 0 else { continue }
        begin(header.path, size: size)
        // Holes of sparse files are passed over.
        try tar.readContent { (_, bytes) throws(NativeError) in take(bytes) }
        end()
      }
      guard try input.finish() == layer.diffID.digest else {
        throw NativeError(operation: "read the layer", reason: "it unpacks to another digest than \(layer.diffID)")
      }
    } catch let error as NativeError {
      guard error.errno == nil else { throw LayerError(code: .system, message: "\(error)") }
      throw LayerError(
        code: .corrupt, message: "the layer \(layer.descriptor.digest) cannot be searched for secrets: \(error.reason)",
        hint: "Remove it, so that it is made or fetched again.")
    } catch {
      throw LayerError(code: .system, message: "\(error)")
    }
  }

  /// A blob on its way to the tar reader: decompressed, counted and hashed.
  private final class TarInput {
    private var decompressor: Decompressor
    private var sha: SHA256?
    private var rest = LayerExtractor.defaultLimit

    init(_ file: consuming FileDescriptor) throws(NativeError) {
      let file = BlobFile(file)
      decompressor = Decompressor { (buffer) throws(NativeError) in try file.file.read(into: buffer) }
      sha = try SHA256()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(NativeError) -> Int {
      let count = try decompressor.read(into: buffer)
      rest -= count
      guard rest >= 0 else {
        throw NativeError(operation: "read the layer", reason: "it unpacks to more than this program reads")
      }
      try sha?.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      return count
    }

    /// The tar's digest, after what stands behind its end.
    func finish() throws(NativeError) -> Digest? {
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
      defer { buffer.deallocate() }
      while try read(into: buffer) > 0 {}
      guard let sha = sha.take() else { return nil }
      return Digest(sha256: try sha.finish())
    }
  }

  /// A descriptor that a closure can hold.
  private final class BlobFile {
    let file: FileDescriptor

    init(_ file: consuming FileDescriptor) { self.file = file }
  }
}

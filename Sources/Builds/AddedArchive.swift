import Glibc
import Layers
import Native

/// A tar archive that ADD unpacks.
///
/// Its members become entries of the layer without being made as files on this machine, so that no name and no link in it
/// leads anywhere: links are followed in the layer and the tree below, with the destination as their root. Devices and
/// fifos are left out. Source: Dockerfile reference, "ADD --unpack"; where that is silent, BuildKit.
struct AddedArchive {
  /// Where it is on this machine.
  let file: [UInt8]
  /// What errors call it.
  let name: String
  /// A folder for the members' contents, which must stay until the layer is written.
  let spool: String

  /// What the archive's source reads from.
  private final class Input {
    let file: FileDescriptor

    init(_ file: consuming FileDescriptor) { self.file = file }
  }

  /// Whether a file is a tar archive with a member, compressed or not; its name says nothing.
  ///
  /// - Throws: `NativeError` when the file cannot be read.
  static func isArchive(_ file: [UInt8]) throws(NativeError) -> Bool {
    do throws(NativeError) {
      var reader = try reader(of: file)
      return try reader.next() != nil
    } catch {
      guard error.errno == nil else { throw error }
      return false
    }
  }

  private static func reader(of file: [UInt8]) throws(NativeError) -> TarReader {
    let input = Input(try FileDescriptor.open(file, O_RDONLY | O_NOFOLLOW))
    return try TarReader(compressed: true, requiresEndMarker: false) { (buffer) throws(NativeError) in
      try input.file.read(into: buffer)
    }
  }

  /// Adds the members to `layer`, below the folder `target`.
  ///
  /// - Parameter owner: of all members; nil leaves them to the archive's owners.
  /// - Throws: `BuildError` with code `input` for a member that leads out of the destination, or a damaged archive.
  func unpack(into layer: inout CopyLayer, at target: LayerPath, owner: CopyLayer.Owner?) throws {
    try layer.makeDirectories(target)
    let folder = "\(spool)/\(try RandomBytes.make(count: 8).hexadecimal)"
    guard mkdir(folder, 0o700) == 0 else { throw NativeError(failed: "make \(folder)") }
    do {
      var reader = try Self.reader(of: file)
      var size = 0
      var count = 0
      while let header = try reader.next() {
        let content = "\(folder)/\(count)"
        count += 1
        if case .file(let bytes) = header.kind {
          size += bytes
          guard size <= LayerExtractor.defaultLimit else { throw refusal("it unpacks to more than \(size) bytes") }
          try Self.keep(&reader, size: bytes, in: content)
        }
        try add(header, content: content, to: &layer, below: target, owner)
      }
    } catch let error as NativeError where error.errno == nil {
      throw refusal(error.reason)
    }
    layer.joinNames(ofFilesIn: folder)
  }

  /// Writes a member's content to a file of its own.
  private static func keep(_ reader: inout TarReader, size: Int, in path: String) throws(NativeError) {
    let file = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    var end = 0
    try reader.readContent { (offset, bytes) throws(NativeError) in
      try file.write(bytes, at: offset)
      end = offset + bytes.count
    }
    if end < size { try file.truncate(to: size) }
  }

  private func add(
    _ header: TarHeader, content: String, to layer: inout CopyLayer, below target: LayerPath, _ owner: CopyLayer.Owner?
  ) throws {
    let path = try self.path(header.path)
    guard let parent = path.parent else { return }
    let place = try layer.resolve(parent, below: target, archive: name).appending(path.name)
    let kind: LayerEntry.Kind
    switch header.kind {
    case .file: kind = .file(.path(Array(content.utf8)))
    case .directory: kind = .directory
    case .symlink(let text): kind = .symlink(target: text)
    case .characterDevice, .blockDevice, .fifo: return
    case .hardlink(let text):
      let other = try self.path(text)
      guard let folder = other.parent,
        var entry = try layer.entry(at: layer.resolve(folder, below: target, archive: name).appending(other.name)),
        entry.kind != .directory
      else { throw refusal("\(path) is a link to \(other), which is no file") }
      entry.path = place
      return try layer.replace(entry)
    }
    try layer.replace(
      LayerEntry(
        path: place, kind: kind, mode: kind.isSymlink ? 0o777 : header.mode, uid: owner?.uid ?? header.uid,
        gid: owner?.gid ?? header.gid, modified: header.modified,
        attributes: header.attributes.filter { !OverlayMarks.belongsToHost($0.name) }))
  }

  /// A member's name, without `.` and `..`.
  private func path(_ bytes: [UInt8]) throws -> LayerPath {
    var path = LayerPath.root
    for part in bytes.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
      guard part.elementsEqual("..".utf8) else {
        path = path.appending(part)
        continue
      }
      guard let parent = path.parent else {
        throw refusal("the member \(String(decoding: bytes, as: UTF8.self)) leads out of it")
      }
      path = parent
    }
    return path
  }

  private func refusal(_ reason: String) -> BuildError {
    BuildError(
      code: .input, message: "the archive \(name) cannot be unpacked: \(reason)",
      hint: "make it anew, or copy it as it is: ADD --unpack=false")
  }
}

extension LayerEntry.Kind {
  fileprivate var isSymlink: Bool { if case .symlink = self { true } else { false } }
}

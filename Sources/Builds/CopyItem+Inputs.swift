import Layers
import Native

extension CopyItem {
  /// What items add to a step's key: everything that gets into a layer, but for the files' times. Files that `index` does
  /// not know are read, several at a time.
  static func addInputs(of items: [CopyItem], to hasher: inout StepKeyHasher, index: FileIndex?) throws {
    let read = items.flatMap { item in (item.parents + item.files).filter(\.hasOwnContent) }
    var digests = try FileDigests.of(read, index: index)[...]
    for item in items {
      try hasher.addFrame(item.name)
      // The time that a server gave gets into the layer.
      if item.source.origin == .fetched { try hasher.addFrame(item.files.first?.status.modified.seconds ?? 0) }
      for files in [item.parents, item.files] {
        try hasher.addFrame(files.count)
        for file in files {
          let digest = file.hasOwnContent ? digests.popFirst() : nil
          try hasher.add(
            CopiedFile(file, digest: digest, in: item.source), named: file.below.bytes, path: file.path.bytes)
        }
      }
    }
  }
}

extension CopySource.File {
  /// Whether it is a file, and not another name of one that came before.
  fileprivate var hasOwnContent: Bool { status.kind == .file && link == nil }
}

extension CopiedFile {
  /// - Parameter digest: of the file's content, where it has any of its own.
  fileprivate init(_ file: CopySource.File, digest: [UInt8]?, in source: CopySource) throws {
    let status = file.status
    let content: [UInt8] =
      switch status.kind {
      case .file: digest ?? file.link?.bytes ?? []
      case .symlink: try FileStatus.linkTarget(of: file.hostPath)
      case .characterDevice(let major, let minor), .blockDevice(let major, let minor):
        Array("\(major):\(minor)".utf8)
      default: []
      }
    let attributes = source.isImage ? try source.tree.attributes(ofHostPath: file.hostPath) : []
    self.init(
      type: file.link == nil ? Self.type(of: status.kind) : UInt8(ascii: "h"), mode: status.mode,
      uid: source.isImage ? status.uid : 0, gid: source.isImage ? status.gid : 0, content: content,
      attributes: attributes.flatMap { Self.framed($0.name) + Self.framed($0.value) })
  }

  private static func framed(_ bytes: [UInt8]) -> [UInt8] { Array("\(bytes.count):".utf8) + bytes }
}

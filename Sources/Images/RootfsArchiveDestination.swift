import Layers
import Native
import OCI

/// The image's files as one tar, as `docker export` and `docker build --output type=tar` write it.
///
/// Directories come first, then the files that are left of each layer in its order, the lowest first; names of one file
/// are hardlinks. No layer is unpacked to disk: each is read twice.
package struct RootfsArchiveDestination: ImageDestination {
  package let output: ArchiveOutput

  package init(_ output: ArchiveOutput) { self.output = output }

  package func write(_ image: OutputImage) throws {
    try ImageError.translating {
      let tree = try ImageTree(
        image.layers.map { layer in
          try image.read(layer) { try LayerListing(layer, &$0, .nothing) }
        })
      var archive = try ArchiveStream(output)
      var names: [ImageTree.Inode: [LayerPath]] = [:]
      for (path, node) in tree.entries where !path.isRoot {
        if node.kind == .directory {
          try archive.append(node.header(at: path))
        } else {
          names[node.inode, default: []].append(path)
        }
      }
      for (index, layer) in image.layers.enumerated() {
        try image.read(layer) { reader in
          var place = -1
          while try reader.next() != nil {
            place += 1
            guard let paths = names[ImageTree.Inode(layer: index, member: place)], let first = paths.first,
              let node = tree[first]
            else { continue }
            try archive.append(node.header(at: first))
            if node.size > 0 { try reader.forEachPiece { try archive.write($0) } }
            for other in paths.dropFirst() {
              var header = node.header(at: other)
              header.kind = .hardlink(path: first.bytes)
              try archive.append(header)
            }
          }
        }
      }
      try archive.finish()
    }
  }
}

extension OutputImage {
  /// Lets `body` read the members of a layer in the store; the blob is checked.
  fileprivate func read<Value>(_ layer: Layer, _ body: (inout LayerReader) throws -> Value) throws -> Value {
    let blob = OpenBlob(try blobs.open(layer.descriptor.digest))
    let check = try BlobCheck(layer.descriptor, in: blobs.directory)
    let source = check.checking { (buffer) throws(NativeError) in try blob.file.read(into: buffer) }
    do {
      return try LayerReader.read(layer, of: "the image", from: source, body)
    } catch {
      throw check.failure ?? error
    }
  }
}

extension ImageTree.Node {
  /// As a tar has it.
  fileprivate func header(at path: LayerPath) -> TarHeader {
    let kind: TarHeader.Kind =
      switch kind {
      case .file(let size): .file(size: size)
      case .symlink(let target): .symlink(target: target)
      case .characterDevice(let major, let minor): .characterDevice(major: major, minor: minor)
      case .blockDevice(let major, let minor): .blockDevice(major: major, minor: minor)
      case .fifo: .fifo
      case .directory, .hardlink, .whiteout, .opaque: .directory
      }
    let name = self.kind == .directory ? path.bytes + [UInt8(ascii: "/")] : path.bytes
    return TarHeader(
      path: name, kind: kind, mode: mode, uid: uid, gid: gid, modified: modified, attributes: attributes)
  }
}

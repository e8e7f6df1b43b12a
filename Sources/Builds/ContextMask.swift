import Glibc
import Layers
import Native

/// Hides from a mounted build context what `.dockerignore` leaves out: a folder of overlayfs's marks for removed files, to
/// lie upon the context as a further lower layer.
///
/// Source: Linux, Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories".
enum ContextMask {
  /// Makes the folder `mask` when something at `path` in the source is to be hidden; returns whether it is.
  static func make(for source: CopySource, at path: LayerPath, in mask: String) throws -> Bool {
    guard source.ignore != nil else { return false }
    let visible = Set(try source.files(at: path).map(\.path))
    var isNeeded = false
    try hide(in: path, but: visible, source.tree) { folder, name in
      isNeeded = true
      let parent = try makeFolder(folder, in: mask, source.tree)
      try FileDescriptor.open(parent, O_RDONLY | O_DIRECTORY).makeNode(name, S_IFCHR, mode: 0)
    }
    return isNeeded
  }

  private static func hide(
    in folder: LayerPath, but visible: Set<LayerPath>, _ tree: TreeView, _ body: (LayerPath, [UInt8]) throws -> Void
  ) throws {
    for name in try tree.names(in: folder) ?? [] {
      let path = folder.appending(name)
      if !visible.contains(path) { try body(folder, name) } else { try hide(in: path, but: visible, tree, body) }
    }
  }

  /// The folder above a mark, with the mode and owner of the one that it lies upon, which it hides.
  private static func makeFolder(_ path: LayerPath, in mask: String, _ tree: TreeView) throws -> String {
    var whole = mask
    for place in [.root] + path.ancestors + [path] {
      whole = place.isRoot ? mask : "\(mask)\(place)"
      if mkdir(whole, 0o755) == 0 {
        guard let status = try tree.node(at: place)?.status else { continue }
        let folder = try FileDescriptor.open(whole, O_RDONLY | O_DIRECTORY)
        try folder.setOwner(uid: status.uid, gid: status.gid)
        try folder.setMode(status.mode)
      } else if errno != EEXIST {
        throw NativeError(failed: "make \(whole)")
      }
    }
    return whole
  }
}

import Glibc
import Native

/// Looks into unpacked layers as an overlay mount of them would show them, without a mount. Nothing leads outside.
///
/// Source: Linux, Documentation/filesystems/overlayfs.rst.
package struct TreeView: LinkedTree, Sendable {
  /// The directories of the layers, the lowest first.
  package let directories: [String]
  package let marks: OverlayMarks

  package init(_ directories: [String], marks: OverlayMarks = .trusted) {
    self.directories = directories
    self.marks = marks
  }

  /// Something that is there: what it is, and where on the host.
  package struct Node: Sendable, Equatable {
    /// Where it is in the image, without links.
    package var path: LayerPath
    package var status: FileStatus
    /// Where it is on the host. A directory may have more of its content in other layers.
    package var hostPath: [UInt8]

    package init(path: LayerPath, status: FileStatus, hostPath: [UInt8]) {
      self.path = path
      self.status = status
      self.hostPath = hostPath
    }
  }

  /// What is at `path`, itself and not what it points to; no component before the last may be a link. Nil when nothing is
  /// there.
  package func node(at path: LayerPath) throws(LayerError) -> Node? {
    for directory in directories.reversed() {
      switch try look(for: path, in: directory) {
      case .found(let node): return node
      case .hidden: return nil
      case .below: continue
      }
    }
    return nil
  }

  package func place(at path: LayerPath) throws(LayerError) -> TreePlace? {
    guard let node = try node(at: path) else { return nil }
    switch node.status.kind {
    case .directory: return .directory
    case .symlink: return .link(target: try LayerError.translating { try FileStatus.linkTarget(of: node.hostPath) })
    default: return .other
    }
  }

  /// What `path` leads to, links followed.
  package func find(_ path: String) throws(LayerError) -> Node? { try node(at: resolve(Array(path.utf8))) }

  /// What the symlink at `path` says.
  package func linkTarget(at path: LayerPath) throws(LayerError) -> [UInt8]? {
    guard let node = try node(at: path), node.status.kind == .symlink else { return nil }
    return try LayerError.translating { try FileStatus.linkTarget(of: node.hostPath) }
  }

  /// The bytes of the file that `path` leads to; nil when there is none.
  ///
  /// - Throws: `.system` when it has more than `limit` bytes.
  package func read(_ path: String, limit: Int = 16 << 20) throws(LayerError) -> [UInt8]? {
    guard let node = try find(path), node.status.kind == .file else { return nil }
    return try LayerError.translating {
      try FileDescriptor.open(node.hostPath, O_RDONLY | O_NOFOLLOW).readAll(limit: limit)
    }
  }

  /// The names in the directory at `path`, sorted; nil when there is no directory.
  package func names(in path: LayerPath) throws(LayerError) -> [[UInt8]]? {
    try children(of: path)?.map(\.path.name)
  }

  /// What is in the directory at `path`, by name; nil when there is no directory.
  package func children(of path: LayerPath) throws(LayerError) -> [Node]? {
    guard let top = try node(at: path), top.status.kind == .directory else { return nil }
    var listing = Listing(directory: path)
    layers: for directory in directories.reversed() {
      switch try look(for: path, in: directory) {
      case .below: continue
      case .hidden: break layers
      case .found(let node):
        guard node.status.kind == .directory else { break layers }
        if try collect(node.hostPath, into: &listing) { break layers }
        if try hasOpaqueAncestor(path, in: directory) { break layers }
      }
    }
    return listing.nodes
  }

  /// What layers show in one directory, the highest first.
  private struct Listing {
    let directory: LayerPath
    private(set) var nodes: [Node] = []
    /// What a layer has shown or hidden, once there is one below it to be asked.
    private var seen: Set<[UInt8]> = []
    private var isFirst = true

    init(directory: LayerPath) { self.directory = directory }

    /// - Parameter host: a directory of the next layer, which `file` is.
    mutating func add(_ file: borrowing FileDescriptor, at host: [UInt8], hasMore: Bool) throws(NativeError) {
      for name in try file.names() where isFirst || !seen.contains(name) {
        if hasMore { seen.insert(name) }
        guard let status = try FileStatus.of(name, at: file.raw), status.kind != .characterDevice(major: 0, minor: 0)
        else { continue }
        nodes.append(
          Node(path: directory.appending(name), status: status, hostPath: host + [UInt8(ascii: "/")] + name))
      }
      // Each layer's names are in order.
      if !isFirst { nodes.sort { $0.path < $1.path } }
      isFirst = false
    }
  }

  /// What one layer has at a path.
  package enum Look: Sendable {
    case found(Node)
    /// This layer says that it is not there.
    case hidden
    /// This layer says nothing.
    case below
  }

  /// What is at `path` in the unpacked layer `directory` alone.
  package func look(for path: LayerPath, in directory: String) throws(LayerError) -> Look {
    let root = Array(directory.utf8)
    do throws(NativeError) {
      var isOpaque = false
      for place in path.ancestors + [path] {
        let host = place.isRoot ? root : root + [UInt8(ascii: "/")] + place.bytes
        guard let status = try FileStatus.of(host) else { return isOpaque ? .hidden : .below }
        if status.kind == .characterDevice(major: 0, minor: 0) { return .hidden }
        if place == path { return .found(Node(path: path, status: status, hostPath: host)) }
        guard status.kind == .directory else { return .hidden }
        if !isOpaque { isOpaque = try marks.isOpaque(.path(host)) }
      }
      return .below
    } catch {
      throw LayerError(error)
    }
  }

  private func hasOpaqueAncestor(_ path: LayerPath, in directory: String) throws(LayerError) -> Bool {
    for ancestor in path.ancestors {
      let place = ExtendedAttribute.Place.path(Array("\(directory)/".utf8) + ancestor.bytes)
      if try LayerError.translating({ try marks.isOpaque(place) }) { return true }
    }
    return false
  }

  /// Adds what no layer above has or hides. Returns whether the directory is opaque.
  private func collect(_ host: [UInt8], into listing: inout Listing) throws(LayerError) -> Bool {
    do throws(NativeError) {
      let directory = try FileDescriptor.open(host, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
      try listing.add(directory, at: host, hasMore: directories.count > 1)
      return try marks.isOpaque(.path(host))
    } catch {
      throw LayerError(error)
    }
  }
}

import Layers
import Native
import OCI

/// The files of an image: its layers laid one upon the other, what upper ones remove or replace gone.
///
/// Source: OCI image specification v1.1, layer.md.
package struct ImageTree: Sendable {
  /// One path. Paths that are links to one file have nodes of their own with the same `inode`.
  package struct Node: Sendable {
    /// Never a hardlink, a whiteout or an opaque mark.
    package var kind: LayerMember.Kind
    package var mode: UInt32
    package var uid: UInt32
    package var gid: UInt32
    /// Seconds since 1970.
    package var modified: Int
    package var attributes: [ExtendedAttribute]
    /// The file that it names.
    package var inode: Inode
    /// Of a file's content, where it was asked for.
    package var digest: Digest?

    /// Bytes; 0 for all but files.
    package var size: Int {
      if case .file(let size) = kind { return size }
      return 0
    }
  }

  /// Where a file stands.
  package struct Inode: Sendable, Hashable {
    /// Counted from the lowest.
    package var layer: Int
    /// Its place among the layer's members; -1 for a directory that no layer speaks of.
    package var member: Int
  }

  private final class Branch {
    var node: Node
    var children: [[UInt8]: Branch] = [:]

    init(_ node: Node) { self.node = node }
  }

  /// By path, in the order of a layer: a directory before what is in it. The root is the first.
  package let entries: [(path: LayerPath, node: Node)]
  private let places: [LayerPath: Int]
  /// How many names a file has, where that is more than one.
  private let links: [Inode: Int]

  package subscript(path: LayerPath) -> Node? { places[path].map { entries[$0].node } }

  /// How many names the file has.
  package func links(of node: Node) -> Int { links[node.inode] ?? 1 }

  /// What is in the directory at `path`, by name.
  package func children(of path: LayerPath) -> [(path: LayerPath, node: Node)] {
    descendants(of: path).filter { $0.path.parent == path }
  }

  /// `path` and all below it.
  package func descendants(of path: LayerPath) -> ArraySlice<(path: LayerPath, node: Node)> {
    guard let start = places[path] else { return [] }
    var end = start + 1
    while end < entries.count, entries[end].path.isWithin(path) { end += 1 }
    return entries[start..<end]
  }

  /// - Parameter layers: their listings, the lowest first.
  /// - Throws: `ImageError.corrupt` for a hardlink that leads nowhere.
  package init(_ layers: [LayerListing]) throws(ImageError) {
    let root = Branch(Self.implicit(layer: 0))
    for (index, layer) in layers.enumerated() { try Self.apply(layer, index, to: root) }
    var entries: [(path: LayerPath, node: Node)] = []
    Self.collect(root, at: .root, into: &entries)
    self.entries = entries
    places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.path, $0) })
    var links: [Inode: Int] = [:]
    for (_, node) in entries where node.kind != .directory { links[node.inode, default: 0] += 1 }
    self.links = links.filter { $1 > 1 }
  }

  private static func implicit(layer: Int) -> Node {
    Node(
      kind: .directory, mode: 0o755, uid: 0, gid: 0, modified: 0, attributes: [],
      inode: Inode(layer: layer, member: -1))
  }

  private static func collect(
    _ branch: Branch, at path: LayerPath, into entries: inout [(path: LayerPath, node: Node)]
  ) {
    // A stack of its own: a hostile layer nests deeper than a thread's.
    var waiting = [(path, branch)]
    while let (path, branch) = waiting.popLast() {
      entries.append((path, branch.node))
      for (name, child) in branch.children.sorted(by: { $1.key.lexicographicallyPrecedes($0.key) }) {
        waiting.append((path.appending(name), child))
      }
    }
  }

  private static func apply(_ layer: LayerListing, _ index: Int, to root: Branch) throws(ImageError) {
    // What a layer removes is of the layers below, wherever the mark stands.
    for member in layer.members {
      switch member.kind {
      case .whiteout: if let parent = member.path.parent { find(parent, in: root)?.children[member.path.name] = nil }
      case .opaque: find(member.path, in: root)?.children = [:]
      default: break
      }
    }
    for (place, member) in layer.members.enumerated() {
      if member.kind == .whiteout || member.kind == .opaque { continue }
      var node = Node(
        kind: member.kind, mode: member.mode, uid: member.uid, gid: member.gid, modified: member.modified,
        attributes: member.attributes, inode: Inode(layer: index, member: place), digest: layer.digests[place])
      if case .hardlink(let target) = member.kind {
        guard let linked = find(target, in: root)?.node, linked.kind != .directory else {
          throw ImageError(
            .corrupt,
            "the layer \(layer.layer.descriptor.digest) has \(member.path) as a link to \(target), which is not there")
        }
        node = linked
      }
      put(node, at: member.path, of: index, in: root)
    }
  }

  private static func put(_ node: Node, at path: LayerPath, of layer: Int, in root: Branch) {
    guard let parent = path.parent else { return root.node = node }
    var at = root
    for name in parent.components.map(Array.init) {
      if let next = at.children[name], next.node.kind == .directory {
        at = next
      } else {
        let next = Branch(implicit(layer: layer))
        at.children[name] = next
        at = next
      }
    }
    if let there = at.children[path.name], there.node.kind == .directory, node.kind == .directory {
      there.node = node
    } else {
      at.children[path.name] = Branch(node)
    }
  }

  private static func find(_ path: LayerPath, in root: Branch) -> Branch? {
    var at: Branch? = root
    for name in path.components { at = at?.children[Array(name)] }
    return at
  }
}

import Native
import OCI

/// What a small layer has, read from its blob and kept in memory: enough to look up paths without unpacking it.
package struct LayerMembers: Sendable {
  /// What the layer has at a path.
  package enum Answer: Sendable, Equatable {
    /// `content` of `/etc/passwd` and `/etc/group` alone, where they are small.
    case found(TarHeader, content: [UInt8]?)
    /// The layer says that nothing is there, whatever lies below.
    case hidden
    /// The layer says nothing.
    case silent
  }

  /// Bytes of a blob that counts as small, and of its tar.
  package static let limit = (blob: 1 << 20, tar: 16 << 20)
  private static let kept: Set<LayerPath> = Set(["etc/passwd", "etc/group"].compactMap(LayerPath.init))
  private static let keptSize = 1 << 16

  private var members: [LayerPath: (header: TarHeader, content: [UInt8]?)] = [:]
  /// What is taken away from the layers below.
  private var removed: Set<LayerPath> = []
  /// Directories whose content below is hidden.
  private var opaque: Set<LayerPath> = []

  /// Reads the layer. Nil for one that is large, that is not here, or that depends on what lies below: one that lacks a
  /// directory of one of its files.
  ///
  /// - Throws: `LayerError` when the blob is not what it should be.
  package init?(of layer: Layer, in store: BlobStore) throws(LayerError) {
    let blob = layer.descriptor
    guard blob.size <= Self.limit.blob, try store.size(of: blob.digest) == blob.size else { return nil }
    let input = try LayerInput(store.open(blob.digest), named: blob.digest, limit: Self.limit.tar)
    do {
      var reader = try TarReader(requiresEndMarker: false) { (buffer) throws(NativeError) in
        try input.read(into: buffer)
      }
      while let header = try reader.next() { try add(header, &reader) }
      try input.drain()
    } catch {
      throw input.failure ?? .wrapping(error)
    }
    guard try input.finish(expecting: blob.digest).diffID == layer.diffID else {
      throw LayerError(code: .corrupt, message: "the layer \(blob.digest) is not \(layer.diffID)")
    }
    guard members.keys.allSatisfy(hasParent), removed.allSatisfy(hasParent), opaque.allSatisfy({ members[$0] != nil })
    else { return nil }
  }

  private func hasParent(_ path: LayerPath) -> Bool {
    path.parent.map { $0.isRoot || members[$0]?.header.kind == .directory } ?? true
  }

  private mutating func add(_ header: TarHeader, _ reader: inout TarReader) throws {
    guard let path = LayerPath(bytes: header.path) else {
      throw LayerError(code: .corrupt, message: "a member of the layer has no name that a layer can have")
    }
    guard let parent = path.parent else { return }
    switch Whiteout(name: path.name) {
    case .ignored: return
    case .opaque: opaque.insert(parent)
    case .name(let name): removed.insert(parent.appending(name))
    case nil:
      var content: [UInt8]?
      if case .file(let size) = header.kind, size <= Self.keptSize, Self.kept.contains(path) {
        content = try reader.readContent(limit: Self.keptSize)
      }
      members[path] = (header, content)
    }
  }

  /// What the layer has at `path`; no component before the last is a link.
  package func look(at path: LayerPath) -> Answer {
    var isOpaque = false
    for place in path.ancestors + [path] {
      guard let member = members[place] else {
        return isOpaque || removed.contains(place) ? .hidden : .silent
      }
      if place == path { return .found(member.header, content: member.content) }
      guard member.header.kind == .directory else { return .hidden }
      isOpaque = isOpaque || opaque.contains(place) || removed.contains(place)
    }
    return .silent
  }
}

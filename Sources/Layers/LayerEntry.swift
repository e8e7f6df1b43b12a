import Native

/// Where the content of a file comes from.
package enum FileSource: Sendable, Hashable {
  case bytes([UInt8])
  /// A file of the host; a symlink there is not followed.
  case path([UInt8])
}

/// One change that a layer makes.
///
/// Source: OCI image specification v1.1, layer.md.
package struct LayerEntry: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case directory
    case file(FileSource)
    /// `target` as readlink(2) gives it.
    case symlink(target: [UInt8])
    /// Another name of a file that stands earlier in the same layer.
    case hardlink(to: LayerPath)
    case characterDevice(major: UInt32, minor: UInt32)
    case blockDevice(major: UInt32, minor: UInt32)
    case fifo
    /// `path` is removed from the layers below.
    case whiteout
    /// What the layers below have in the directory `path` is removed.
    case opaque
  }

  package var path: LayerPath
  package var kind: Kind
  /// The twelve permission bits.
  package var mode: UInt32
  package var uid: UInt32
  package var gid: UInt32
  /// Seconds since 1970; the writer clamps it.
  package var modified: Int
  package var attributes: [ExtendedAttribute]

  package init(
    path: LayerPath, kind: Kind, mode: UInt32 = 0o644, uid: UInt32 = 0, gid: UInt32 = 0, modified: Int = 0,
    attributes: [ExtendedAttribute] = []
  ) {
    self.path = path
    self.kind = kind
    self.mode = mode
    self.uid = uid
    self.gid = gid
    self.modified = modified
    self.attributes = attributes
  }

  /// `entries` as a layer has them: a directory before its content, in each directory the opaque marker first, then
  /// whiteouts, then the rest by name. Of several changes to one path the last one counts.
  package static func inLayerOrder(_ entries: some Collection<LayerEntry>) -> [LayerEntry] {
    // Mostly they come from something that was in order itself.
    if zip(entries, entries.dropFirst()).allSatisfy(precedes) { return Array(entries) }
    var latest: [Key: LayerEntry] = [:]
    for entry in entries { latest[Key(path: entry.path, isOpaque: entry.kind == .opaque)] = entry }
    return latest.values.sorted(by: precedes)
  }

  private struct Key: Hashable {
    var path: LayerPath
    var isOpaque: Bool
  }

  private static func precedes(_ left: LayerEntry, _ right: LayerEntry) -> Bool {
    if left.path == right.path { return right.kind == .opaque && left.kind != .opaque }
    // A whiteout goes before whatever its directory has that is not one.
    for (whiteout, other, answer) in [(left, right, true), (right, left, false)] where whiteout.kind == .whiteout {
      guard let parent = whiteout.path.parent, other.path.isWithin(parent), other.path != parent else { continue }
      if other.kind != .whiteout || other.path.parent != parent { return answer }
    }
    return left.path < right.path
  }
}

import Layers

/// What the layers speak of that only one of two images has.
struct UpperPaths {
  /// All names, those of removed files included.
  private(set) var paths: Set<LayerPath> = []
  private var removed: Set<LayerPath> = []
  private var opaque: Set<LayerPath> = []
  /// What is there: not removed, and not only the place of something else.
  private var made: Set<LayerPath> = []
  /// What comes instead of a directory that lower layers may have.
  private var others: Set<LayerPath> = []
  /// Whether a link leads to a file that these layers do not have.
  private var hasForeignLinks = false

  init(_ layers: [LayerListing]) {
    for layer in layers {
      for member in layer.members {
        switch member.kind {
        case .whiteout: removed.insert(member.path)
        case .opaque: opaque.insert(member.path)
        case .hardlink(let target): if !paths.contains(target) { hasForeignLinks = true }
        default: break
        }
        if member.kind != .opaque { paths.insert(member.path) }
        if member.kind != .opaque, member.kind != .whiteout { made.insert(member.path) }
        // Directories that the layer does not speak of, but stand in it.
        var parent = member.path.parent
        while let directory = parent, !directory.isRoot, paths.insert(directory).inserted { parent = directory.parent }
        if member.kind != .directory, member.kind != .opaque, member.kind != .whiteout { others.insert(member.path) }
      }
    }
  }

  /// Whether what differs from `other` depends on what is below both.
  func needsLower(beside other: UpperPaths) -> Bool {
    hasForeignLinks || other.hasForeignLinks || removed != other.removed || opaque != other.opaque
      || made != other.made || others != other.others
  }
}

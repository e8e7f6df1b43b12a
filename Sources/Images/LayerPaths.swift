import Layers

/// What one layer says of paths.
struct LayerPaths: Sendable {
  let listing: LayerListing
  /// The place of the member that counts: of several with one name the last.
  private(set) var members: [LayerPath: Int] = [:]
  private var removed: Set<LayerPath> = []
  private var opaque: Set<LayerPath> = []
  /// Directories that members stand in.
  private var parents: Set<LayerPath> = [.root]

  enum Sight: Equatable {
    case found(Int)
    /// Something stands in it, and the layer itself says no more of it.
    case directory
    /// It is not there, whatever lower layers have.
    case hidden
    /// The layer says nothing.
    case below
  }

  init(_ listing: LayerListing) {
    self.listing = listing
    for (place, member) in listing.members.enumerated() {
      switch member.kind {
      case .whiteout: removed.insert(member.path)
      case .opaque: opaque.insert(member.path)
      default:
        members[member.path] = place
        var parent = member.path.parent
        while let directory = parent, parents.insert(directory).inserted { parent = directory.parent }
      }
    }
  }

  func look(for path: LayerPath) -> Sight {
    if let place = members[path] { return .found(place) }
    if parents.contains(path) { return .directory }
    if removed.contains(path) || opaque.contains(.root) { return .hidden }
    for ancestor in path.ancestors {
      if removed.contains(ancestor) || opaque.contains(ancestor) { return .hidden }
      if let place = members[ancestor], listing.members[place].kind != .directory { return .hidden }
    }
    return .below
  }
}

import Layers
import Native
import OCI

/// Compares two images: what is in a layer that both have at the same height is not read, unless a layer above it in only
/// one of them speaks of the same path.
package struct ImageComparison: Sendable {
  package let one: Image
  package let other: Image

  package init(_ one: Image, _ other: Image) {
    self.one = one
    self.other = other
  }

  /// - Parameter comparesFiles: whether files and packages are looked at, for which layers are read.
  package func difference(comparesFiles: Bool = true) async throws -> ImageDifference {
    var difference = ImageDifference(config: ConfigChange.between(one.config, other.config), files: [], packages: [])
    guard comparesFiles, one.config.rootfs.diffIDs != other.config.rootfs.diffIDs else { return difference }
    let (before, after) = try await files()
    difference.files = try await changes(before, after)
    let packages = PackageList(
      difference.files.compactMap { change in change.before.map { (change.path, $0) } }, before)
    let others = PackageList(difference.files.compactMap { change in change.after.map { (change.path, $0) } }, after)
    difference.packages = PackageChange.between(packages, others)
    return difference
  }

  /// How many layers both have, from the lowest.
  private var shared: Int { zip(one.layers, other.layers).prefix { $0.diffID == $1.diffID }.count }

  private func files() async throws -> (before: ImageFiles, after: ImageFiles) {
    let wish = LayerListing.Wish(hashes: { _ in true }, keeps: { PackageList.bytesToKeep(of: $0) })
    // Read once what both have at different heights.
    let above = Array(one.layers[shared...])
    let known = Set(above.map(\.diffID))
    async let mine = one.list(above, wish)
    async let others = other.list(other.layers[shared...].filter { !known.contains($0.diffID) }, wish)
    let (before, rest) = try await (mine, others)
    let byLayer = Dictionary((before + rest).map { ($0.layer.diffID, $0) }, uniquingKeysWith: { first, _ in first })
    let after = other.layers[shared...].compactMap { byLayer[$0.diffID] }
    let lower = try await lowerListings(under: before, after)
    return (try ImageFiles(lower + before), try ImageFiles(lower + after))
  }

  /// The layers that both have; empty ones in their place where those above say all.
  private func lowerListings(under before: [LayerListing], _ after: [LayerListing]) async throws -> [LayerListing] {
    let lower = Array(one.layers[..<shared])
    let left = UpperPaths(before)
    let right = UpperPaths(after)
    guard left.needsLower(beside: right) else {
      return lower.map { LayerListing(layer: $0, members: []) }
    }
    let paths = left.paths.union(right.paths)
    return try await one.list(
      lower,
      LayerListing.Wish(
        hashes: { paths.contains($0.path) },
        // Also of what an upper layer removes with its directory.
        keeps: { PackageList.bytesToKeep(of: $0) }))
  }

  private func changes(_ before: ImageFiles, _ after: ImageFiles) async throws -> [FileChange] {
    let shared = shared
    var pairs: [(path: LayerPath, before: ImageTree.Node?, after: ImageTree.Node?)] = []
    for (path, node) in before.tree.entries {
      let match = after.tree[path]
      if let match, match.inode == node.inode, node.inode.layer < shared { continue }
      pairs.append((path, node, match))
    }
    for (path, node) in after.tree.entries where before.tree[path] == nil { pairs.append((path, nil, node)) }
    // Files whose content nobody has read yet: links to files of other names.
    var unread: [Set<ImageTree.Inode>] = [[], []]
    for case (_, let left?, let right?) in pairs where left.kind == right.kind && left.size > 0 {
      if left.digest == nil { unread[0].insert(left.inode) }
      if right.digest == nil { unread[1].insert(right.inode) }
    }
    let (lefts, rights) = (try await one.hash(unread[0]), try await other.hash(unread[1]))
    return pairs.compactMap { path, left, right in
      FileChange(path, left, right) { one, other in
        if one.size == 0, other.size == 0 { return true }
        let (left, right) = (one.digest ?? lefts[one.inode], other.digest ?? rights[other.inode])
        return left != nil && left == right
      }
    }.sorted { $0.path < $1.path }
  }
}

extension Image {
  /// The digests of certain files.
  fileprivate func hash(_ inodes: Set<ImageTree.Inode>) async throws -> [ImageTree.Inode: Digest] {
    var digests: [ImageTree.Inode: Digest] = [:]
    for (place, inodes) in Dictionary(grouping: inodes, by: \.layer) {
      let members = Set(inodes.map(\.member))
      digests.merge(
        try await read(layers[place]) { reader in
          var found: [ImageTree.Inode: Digest] = [:]
          var member = -1
          while found.count < members.count, try reader.next() != nil {
            member += 1
            if members.contains(member) { found[ImageTree.Inode(layer: place, member: member)] = try reader.hash() }
          }
          return found
        }
      ) { first, _ in first }
    }
    return digests
  }
}

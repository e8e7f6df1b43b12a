import Layers
import Native
import OCI

/// Finds one file of an image from above: a layer is read only when those upon it do not have the answer.
package actor FileFinder {
  /// What is at a path.
  package enum Finding: Sendable {
    case directory
    case symlink(target: [UInt8])
    /// A file, by layer and member.
    case file(ImageTree.Inode, size: Int)
    /// A device or the like.
    case other
  }

  private let image: Image
  /// By the layer's place; those that have been read.
  private var read: [Int: LayerPaths] = [:]
  /// The name that was asked for, whose content is kept where it is not big.
  private var wanted: LayerPath = .root

  static let kept = 8 << 20

  package init(_ image: Image) { self.image = image }

  /// Where `path` leads, links followed as within a root of their own: nothing leads out.
  ///
  /// - Throws: `ImageError.notFound` with the nearest name as a hint.
  package func resolve(_ path: String) async throws -> (path: LayerPath, finding: Finding) {
    var rest = Self.split(Array(path.utf8))
    wanted = Self.join(.root, rest) ?? .root
    var at = LayerPath.root
    var finding = Finding.directory
    var links = 0
    while !rest.isEmpty {
      let name = rest.removeFirst()
      if name == [UInt8(ascii: ".")] { continue }
      if name == [UInt8(ascii: "."), UInt8(ascii: ".")] {
        at = at.parent ?? .root
        continue
      }
      guard case .directory = finding else {
        throw ImageError(.notFound, "\(at) in \(image.name) is not a directory")
      }
      let next = at.appending(name)
      guard let found = try await find(next) else { throw try await missing(next) }
      if case .symlink(let target) = found {
        links += 1
        guard links <= 40 else { throw ImageError(.corrupt, "too many links in \(path) of \(image.name)") }
        if target.first == Self.slash { at = .root }
        rest = Self.split(target) + rest
        finding = .directory
        wanted = Self.join(at, rest) ?? wanted
      } else {
        at = next
        finding = found
      }
    }
    return (at, finding)
  }

  /// Lets `body` have a file's content in pieces.
  package func forEachPiece(
    of inode: ImageTree.Inode, size: Int, _ body: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
  ) async throws {
    if let content = read[inode.layer]?.listing.contents[inode.member], content.count == size {
      return try content.withUnsafeBytes(body)
    }
    try await image.read(image.layers[inode.layer]) { reader in
      var place = -1
      while try reader.next() != nil {
        place += 1
        if place == inode.member { return try reader.forEachPiece(body) }
      }
    }
  }

  private func find(_ path: LayerPath) async throws -> Finding? {
    for place in image.layers.indices.reversed() {
      let layer = try await paths(of: place)
      switch layer.look(for: path) {
      case .found(let member): return try await finding(at: member, in: place)
      case .directory: return .directory
      case .hidden: return nil
      case .below: continue
      }
    }
    return nil
  }

  private func finding(at member: Int, in place: Int) async throws -> Finding? {
    var place = place
    var member = member
    for _ in 0..<image.layers.count + 40 {
      let found = try await paths(of: place).listing.members[member]
      switch found.kind {
      case .directory: return .directory
      case .symlink(let target): return .symlink(target: target)
      case .file(let size): return .file(ImageTree.Inode(layer: place, member: member), size: size)
      case .hardlink(let target):
        guard let (layer, next) = try await source(of: target, from: place, before: member) else { return nil }
        place = layer
        member = next
      default: return .other
      }
    }
    return nil
  }

  /// A hardlink's file stands before it in its layer; a layer may leave it to those below.
  private func source(of target: LayerPath, from place: Int, before member: Int) async throws -> (Int, Int)? {
    for layer in (0...place).reversed() {
      guard let found = try await paths(of: layer).members[target], layer < place || found < member else { continue }
      return (layer, found)
    }
    return nil
  }

  private func paths(of place: Int) async throws -> LayerPaths {
    if let known = read[place] { return known }
    let wanted = wanted
    let wish = LayerListing.Wish(hashes: { _ in false }, keeps: { $0.path == wanted ? Self.kept : 0 })
    let new = LayerPaths(try await image.list(image.layers[place], wish))
    read[place] = new
    return new
  }

  /// By now all layers have been read.
  private func missing(_ path: LayerPath) async throws -> ImageError {
    var listings: [LayerListing] = []
    for place in image.layers.indices { listings.append(try await paths(of: place).listing) }
    return try ImageTree(listings).missing(path, in: image.name)
  }

  private static let slash = UInt8(ascii: "/")

  /// Nil when there is a `..`: then what is wanted shows only on the way.
  private static func join(_ directory: LayerPath, _ names: [[UInt8]]) -> LayerPath? {
    LayerPath(bytes: Array(([directory.bytes] + names).joined(separator: [slash])))
  }

  private static func split(_ path: [UInt8]) -> [[UInt8]] { path.split(separator: slash).map(Array.init) }
}

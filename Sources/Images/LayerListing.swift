import Layers
import Native
import OCI

/// All members of one layer, without their content.
package struct LayerListing: Sendable {
  package let layer: Layer
  package var members: [LayerMember]
  /// Of files' content, by the place of the member, where they were asked for.
  package var digests: [Int: Digest]
  /// The beginnings of files that were asked for, by the place of the member.
  package var contents: [Int: [UInt8]]
  /// Bytes of the files.
  package var size: Int { members.reduce(0) { $0 + $1.size } }

  /// A layer with these members alone.
  init(layer: Layer, members: [LayerMember]) {
    self.layer = layer
    self.members = members
    digests = [:]
    contents = [:]
  }

  /// Reads the layer to its end.
  init(_ layer: Layer, _ reader: inout LayerReader, _ wish: Wish) throws {
    self.layer = layer
    members = []
    digests = [:]
    contents = [:]
    while let member = try reader.next() {
      let place = members.count
      guard place < LayerListing.limit else {
        throw ImageError(.limit, "it has more than \(LayerListing.limit) members", hint: "is it a bomb?")
      }
      members.append(member)
      guard case .file = member.kind else { continue }
      let kept = wish.keeps(member)
      let hashes = wish.hashes(member)
      guard kept > 0 || hashes else { continue }
      var sha = try SHA256()
      var content: [UInt8] = []
      try reader.forEachPiece { piece in
        if content.count < kept { content += piece.prefix(kept - content.count) }
        if hashes { try sha.update(piece) }
      }
      if hashes { digests[place] = Digest(sha256: try sha.finish()) }
      if kept > 0 { contents[place] = content }
    }
  }

  /// The most members of a layer: some hundred bytes of memory each.
  static let limit = 1 << 21

  /// What of the files' content is kept.
  package struct Wish: Sendable {
    /// Whether the content is hashed.
    package var hashes: @Sendable (LayerMember) -> Bool
    /// How many bytes of the content are kept; 0 for none.
    package var keeps: @Sendable (LayerMember) -> Int

    package static let nothing = Wish(hashes: { _ in false }, keeps: { _ in 0 })

    package init(
      hashes: @escaping @Sendable (LayerMember) -> Bool, keeps: @escaping @Sendable (LayerMember) -> Int
    ) {
      self.hashes = hashes
      self.keeps = keeps
    }
  }
}

extension Image {
  /// Lists a layer in one pass over it.
  package func list(_ layer: Layer, _ wish: LayerListing.Wish = .nothing) async throws -> LayerListing {
    try await read(layer) { try LayerListing(layer, &$0, wish) }
  }

  /// Lists several layers, some of them at once, in their order.
  package func list(_ layers: [Layer], _ wish: LayerListing.Wish = .nothing) async throws -> [LayerListing] {
    try await withThrowingTaskGroup(of: (Int, LayerListing).self) { group in
      var listings: [Int: LayerListing] = [:]
      // The biggest first, so that none is left over at the end.
      let order = layers.indices.sorted { layers[$0].descriptor.size > layers[$1].descriptor.size }
      for (started, place) in order.enumerated() {
        if started >= LayerWriter.defaultThreads, let (done, listing) = try await group.next() {
          listings[done] = listing
        }
        group.addTask { (place, try await list(layers[place], wish)) }
      }
      for try await (done, listing) in group { listings[done] = listing }
      return layers.indices.compactMap { listings[$0] }
    }
  }

  /// The files of the whole image.
  package func tree() async throws -> ImageTree { try ImageTree(try await list(layers)) }
}

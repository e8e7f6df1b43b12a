/// What a layer has at a path, as far as a COPY onto it needs to know.
package struct Sight: Codable, Sendable, Equatable {
  package enum Kind: String, Codable, Sendable {
    case directory, link
    /// A file, device, fifo or socket.
    case file
  }

  package var kind: Kind
  /// The twelve permission bits; of a folder.
  package var mode: UInt32?
  package var uid: UInt32?
  package var gid: UInt32?
  /// Seconds since 1970; of a folder.
  package var modified: Int?
  /// Where a link leads.
  package var target: String?
  /// Of `/etc/passwd` and `/etc/group`, where a step has asked for a name in them.
  package var content: String?

  package init(
    _ kind: Kind, mode: UInt32? = nil, uid: UInt32? = nil, gid: UInt32? = nil, modified: Int? = nil,
    target: String? = nil, content: String? = nil
  ) {
    self.kind = kind
    self.mode = mode
    self.uid = uid
    self.gid = gid
    self.modified = modified
    self.target = target
    self.content = content
  }
}

/// What builds have seen of one layer: its answers to the questions that COPY asks of the tree below it. With the answers of
/// every layer a COPY is done without any of the layers' bytes.
///
/// Paths are relative to the root, as `LayerPath` writes them. A path that is in none of the three has not been asked for.
package struct LayerSights: Codable, Sendable, Equatable {
  package var found: [String: Sight] = [:]
  /// Sorted; where the layer hides what the layers below have.
  package var hidden: [String] = []
  /// Sorted; where the layer leaves what the layers below have.
  package var silent: [String] = []

  package init() {}
}

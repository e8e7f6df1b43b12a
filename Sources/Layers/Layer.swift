import OCI

/// A layer that has been written: its identity, and the blob that it is in.
package struct Layer: Sendable, Hashable, Codable {
  /// The digest of the uncompressed tar.
  package var diffID: DiffID
  /// The blob: its media type, digest and size in bytes.
  package var descriptor: Descriptor

  package init(diffID: DiffID, descriptor: Descriptor) {
    self.diffID = diffID
    self.descriptor = descriptor
  }
}

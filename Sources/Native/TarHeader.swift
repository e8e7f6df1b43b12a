/// One member of a tar archive, without its content.
///
/// Source: POSIX.1-2001 pax interchange format; extended attributes as `SCHILY.xattr.*`.
package struct TarHeader: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// `size` bytes of content follow.
    case file(size: Int)
    case directory
    case symlink(target: [UInt8])
    /// Another name of the member at `path`, which stands earlier in the archive.
    case hardlink(path: [UInt8])
    case characterDevice(major: UInt32, minor: UInt32)
    case blockDevice(major: UInt32, minor: UInt32)
    case fifo
  }

  /// As it stands in the archive: bytes of no certain encoding, possibly absolute or hostile.
  package var path: [UInt8]
  package var kind: Kind
  /// The twelve permission bits.
  package var mode: UInt32
  package var uid: UInt32
  package var gid: UInt32
  /// Seconds since 1970.
  package var modified: Int
  package var attributes: [ExtendedAttribute]

  package init(
    path: [UInt8], kind: Kind, mode: UInt32, uid: UInt32 = 0, gid: UInt32 = 0, modified: Int = 0,
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
}

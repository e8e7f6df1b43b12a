import Layers
import Native

/// One change that a layer makes, as its tar says it.
package struct LayerMember: Sendable {
  package enum Kind: Sendable, Equatable {
    /// `size` bytes.
    case file(size: Int)
    case directory
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
  /// Seconds since 1970.
  package var modified: Int
  package var attributes: [ExtendedAttribute]

  /// Bytes of content that stand with the member.
  package var size: Int {
    if case .file(let size) = kind { return size }
    return 0
  }

  /// Nil for a member that means nothing: AUFS's own marks, a root that is no directory.
  ///
  /// - Throws: `ImageError.corrupt` for names that lead out of the image.
  init?(_ header: TarHeader) throws(ImageError) {
    guard let path = LayerPath(bytes: header.path) else { throw Self.climbing(header.path) }
    guard path.bytes.count < Self.longestPath else {
      throw ImageError(.limit, "it has a name of \(path.bytes.count) bytes, which no file can have")
    }
    self.path = path
    mode = header.mode
    uid = header.uid
    gid = header.gid
    modified = header.modified
    attributes = header.attributes
    if let whiteout = Whiteout(name: path.name), let parent = path.parent {
      switch whiteout {
      case .ignored: return nil
      case .opaque:
        kind = .opaque
        self.path = parent
      case .name(let name):
        guard !name.isEmpty, let removed = LayerPath(bytes: name), !removed.isRoot else {
          throw Self.climbing(header.path)
        }
        kind = .whiteout
        self.path = parent.appending(name)
      }
      return
    }
    switch header.kind {
    case .file(let size): kind = .file(size: size)
    case .directory: kind = .directory
    case .symlink(let target): kind = .symlink(target: target)
    case .hardlink(let target):
      guard let target = LayerPath(bytes: target), !target.isRoot else { throw Self.climbing(target) }
      kind = .hardlink(to: target)
    case .characterDevice(let major, let minor): kind = .characterDevice(major: major, minor: minor)
    case .blockDevice(let major, let minor): kind = .blockDevice(major: major, minor: minor)
    case .fifo: kind = .fifo
    }
    if path.isRoot, kind != .directory { return nil }
  }

  /// Linux's PATH_MAX.
  private static let longestPath = 4096

  private static func climbing(_ name: [UInt8]) -> ImageError {
    ImageError(
      .corrupt, "the layer is not safe: it has the name \(String(decoding: name, as: UTF8.self))",
      hint: "do not use this image")
  }
}

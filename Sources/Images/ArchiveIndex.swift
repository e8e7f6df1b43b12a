import Glibc
import Layers
import Native

/// What is in a tar, and where, found in one pass over it.
struct ArchiveIndex: Sendable {
  let path: String
  /// Whether the tar is compressed, so that nothing in it can be gone to at once.
  private let isCompressed: Bool
  private let members: [LayerPath: Member]

  private struct Member: Sendable {
    enum Kind: Sendable {
      case file(size: Int)
      /// A link to another member.
      case link(LayerPath)
      case other
    }

    var kind: Kind
    var position: Int
  }

  /// Image archives have some members a layer.
  private static let limit = 1 << 16

  /// - Throws: `ImageError.notFound`, `.corrupt` when it is no tar or is cut short.
  init(path: String) throws {
    self.path = path
    guard let status = try FileStatus.of(Array((path + "/.").utf8)) ?? FileStatus.of(Array(path.utf8)) else {
      throw ImageError(.notFound, "there is no file \(path)")
    }
    guard status.kind != .directory else {
      throw ImageError(.usage, "\(path) is a folder", hint: "write oci:DIR for an image layout")
    }
    isCompressed = try Self.isCompressed(path)
    var found: [LayerPath: Member] = [:]
    do {
      let reader = try ArchiveMember(path: path, isCompressed: isCompressed, at: 0)
      while let header = try reader.next() {
        guard let name = LayerPath(bytes: header.path) else {
          throw ImageError(.corrupt, "\(path) has a member \(String(decoding: header.path, as: UTF8.self))")
        }
        found[name] = Member(kind: Self.kind(of: header, at: name), position: reader.position)
        guard found.count <= Self.limit else {
          throw ImageError(.limit, "\(path) has more than \(Self.limit) members: it is no image archive")
        }
      }
    } catch let error as NativeError {
      throw Self.damaged(path, error)
    }
    members = found
  }

  /// A small file of the archive.
  func document(_ name: String) throws -> [UInt8] {
    let member = try open(name)
    guard member.size <= Image.documentLimit else {
      throw ImageError(.limit, "\(name) in \(path) has more than \(Image.documentLimit) bytes")
    }
    var bytes = [UInt8](repeating: 0, count: member.size)
    do {
      let count = try bytes.withUnsafeMutableBytes { try member.read(into: $0) }
      return Array(bytes[..<count])
    } catch let error as NativeError {
      throw Self.damaged(path, error)
    }
  }

  func contains(_ name: String) -> Bool { (try? file(name)) != nil }

  /// Bytes of a file of the archive.
  func size(of name: String) throws -> Int { try file(name).size }

  /// A file of the archive, links followed, ready to be read.
  ///
  /// - Throws: `ImageError.corrupt` when there is none.
  func open(_ name: String) throws -> ArchiveMember {
    let (position, size) = try file(name)
    do throws(NativeError) {
      let member = try ArchiveMember(path: path, isCompressed: isCompressed, at: position)
      while let header = try member.next() {
        guard member.position == position else { continue }
        if case .file(size) = header.kind { return member }
      }
    } catch {
      throw Self.damaged(path, error)
    }
    throw ImageError(.corrupt, "\(path) changed while it was read")
  }

  private func file(_ name: String) throws -> (position: Int, size: Int) {
    var at = LayerPath(name)
    for _ in 0..<16 {
      guard let path = at, let member = members[path] else { break }
      switch member.kind {
      case .file(let size): return (member.position, size)
      case .link(let target): at = target
      case .other: at = nil
      }
    }
    throw ImageError(
      .corrupt, "there is no \(name) in \(path)",
      hint: "it is no archive of that kind, or not whole: oci-archive: has index.json, docker-archive: manifest.json")
  }

  private static func kind(of header: TarHeader, at path: LayerPath) -> Member.Kind {
    switch header.kind {
    case .file(let size): return .file(size: size)
    case .hardlink(let target): return LayerPath(bytes: target).map { .link($0) } ?? .other
    case .symlink(let target):
      // Old archives have a layer that two images share once, and links `../ID/layer.tar` to it.
      var at = path.parent ?? .root
      for component in target.split(separator: UInt8(ascii: "/")) where component != [UInt8(ascii: ".")] {
        at = component == [UInt8(ascii: "."), UInt8(ascii: ".")] ? at.parent ?? .root : at.appending(component)
      }
      return target.contains(0) ? .other : .link(at)
    default: return .other
    }
  }

  /// By the magic numbers of gzip, zstd, xz and bzip2; none is the beginning of a name that an image archive has.
  private static func isCompressed(_ path: String) throws -> Bool {
    try ImageError.translating {
      let file = try FileDescriptor.open(path)
      var start = [UInt8](repeating: 0, count: 6)
      _ = try start.withUnsafeMutableBytes { try file.read(into: $0) }
      return [[0x1f, 0x8b], [0x28, 0xb5, 0x2f, 0xfd], [0xfd, 0x37, 0x7a, 0x58, 0x5a], [0x42, 0x5a, 0x68]]
        .contains { start.starts(with: $0) }
    }
  }

  static func damaged(_ path: String, _ error: NativeError) -> ImageError {
    if error.errno != nil { return ImageError(error) }
    return ImageError(.corrupt, "\(path) cannot be read: \(error.reason)", hint: "is it a tar, and whole?")
  }
}

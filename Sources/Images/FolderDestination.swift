import Glibc
import Layers
import Native
import OCI

/// The image's files in a folder of this machine, as `docker build --output type=local` leaves them.
///
/// They are unpacked beside, and moved to their place at the end. A folder that is there keeps its own files; those that
/// the image has too are replaced. Needs the right to change owners.
package struct FolderDestination: ImageDestination {
  package let path: String

  package init(_ path: String) { self.path = path }

  package func write(_ image: OutputImage) throws {
    try ImageError.translating {
      let plain = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
      let status = try FileStatus.of(Array((plain + "/.").utf8))
      // Within the folder where there is one: it may be a file system of its own.
      let place = status == nil ? plain : plain + "/"
      let temporary = "\(place).partial-\(try RandomBytes.make(count: 8).hexadecimal)"
      guard mkdir(temporary, 0o755) == 0 else { throw NativeError(failed: "make the folder \(temporary)") }
      do {
        for layer in image.layers {
          _ = try LayerExtractor(form: .flat)
            .apply(layer.descriptor, diffID: layer.diffID, from: image.blobs, onto: temporary)
        }
        guard status != nil else {
          guard rename(temporary, plain) == 0 else { throw NativeError(failed: "rename \(temporary) to \(plain)") }
          return
        }
        try FileDescriptor.open(temporary, O_RDONLY | O_DIRECTORY)
          .moveContent(into: try FileDescriptor.open(plain, O_RDONLY | O_DIRECTORY))
        try LayerExtractor.removeDirectory(temporary)
      } catch {
        try? LayerExtractor.removeDirectory(temporary)
        throw error
      }
    }
  }
}

extension FileDescriptor {
  /// Moves all that is in this directory into `target`; directories that are in both are joined, and get the mode and the
  /// owner of this one's.
  fileprivate func moveContent(into target: borrowing FileDescriptor) throws {
    for name in try names() {
      guard let status = try FileStatus.of(name, at: raw) else { continue }
      if status.kind == .directory, try FileStatus.of(name, at: target.raw)?.kind == .directory {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
        let directory = try open(at: name, flags)
        let other = try target.open(at: name, flags)
        try directory.moveContent(into: other)
        try other.setOwner(uid: status.uid, gid: status.gid)
        try other.setMode(status.mode)
        try other.setTime(status.modified.seconds)
        continue
      }
      let result = withCPath(name) { renameat(raw, $0, target.raw, $0) }
      guard result == 0 else {
        throw NativeError(
          failed: "put \(String(decoding: name, as: UTF8.self)) of the image into \(target.name)")
      }
    }
  }
}

import Glibc
import Native

/// One directory as an overlay mount of several layers would show it, without a mount: to go down a tree from, where `TreeView`
/// looks single paths up.
///
/// Source: Linux, Documentation/filesystems/overlayfs.rst, "Merging directories".
package struct MergedDirectory: Sendable {
  /// The directories on the host that make it up, the topmost first.
  package let sources: [[UInt8]]
  let marks: OverlayMarks

  /// The root of a tree.
  ///
  /// - Parameter layers: the directories of the layers, the lowest first.
  package init(_ layers: [String], marks: OverlayMarks) {
    self.init(sources: layers.reversed().map { Array($0.utf8) }, marks: marks)
  }

  private init(sources: [[UInt8]], marks: OverlayMarks) {
    self.sources = sources
    self.marks = marks
  }

  /// What has the name `name` in it, itself and not what it points to, and where on the host it is; nil when nothing has.
  package func child(_ name: [UInt8]) throws(LayerError) -> (status: FileStatus, hostPath: [UInt8])? {
    for source in sources {
      let host = source + [UInt8(ascii: "/")] + name
      guard let status = try LayerError.translating({ try FileStatus.of(host) }) else { continue }
      return status.kind == .characterDevice(major: 0, minor: 0) ? nil : (status, host)
    }
    return nil
  }

  /// The directory `name` in it; nil when nothing, or something else, has that name.
  package func directory(_ name: [UInt8]) throws(LayerError) -> MergedDirectory? {
    var found: [[UInt8]] = []
    for source in sources {
      let host = source + [UInt8(ascii: "/")] + name
      guard let status = try LayerError.translating({ try FileStatus.of(host) }) else { continue }
      guard status.kind == .directory else { break }
      found.append(host)
      if try LayerError.translating({ try marks.isOpaque(.path(host)) }) { break }
    }
    return found.isEmpty ? nil : MergedDirectory(sources: found, marks: marks)
  }

  /// The directory at `path`, which leads through no link; nil when there is none.
  package func directory(at path: LayerPath) throws(LayerError) -> MergedDirectory? {
    var directory = self
    for name in path.components {
      guard let next = try directory.directory(Array(name)) else { return nil }
      directory = next
    }
    return directory
  }
}

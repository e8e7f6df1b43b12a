/// A tree that can say what is at a path: enough to follow links as a process in it would.
package protocol LinkedTree {
  /// What is at `path`, itself and not what it points to; no component before the last may be a link. Nil when nothing is
  /// there.
  func place(at path: LayerPath) throws(LayerError) -> TreePlace?
}

/// What following a path meets.
package enum TreePlace: Sendable, Equatable {
  case directory
  /// `target` as readlink(2) gives it.
  case link(target: [UInt8])
  case other
}

extension LinkedTree {
  /// Follows `path`, absolute or relative to the root, through links as a process in the image would: `..` at the root
  /// stays there.
  ///
  /// - Parameter followsLast: whether a link at the end is followed too.
  /// - Returns: The path without links; its last components need not exist.
  /// - Throws: `.invalid` when links lead in a circle, or a component that is not a directory has something below it.
  package func resolve(_ path: [UInt8], followsLast: Bool = true) throws(LayerError) -> LayerPath {
    var rest = path.split(separator: UInt8(ascii: "/")).map(Array.init)
    var at = LayerPath.root
    var links = 0
    while !rest.isEmpty {
      let name = rest.removeFirst()
      if name == [UInt8(ascii: ".")] { continue }
      if name == [UInt8(ascii: "."), UInt8(ascii: ".")] {
        at = at.parent ?? .root
        continue
      }
      let next = at.appending(name)
      switch try place(at: next) {
      case .link(let target) where followsLast || !rest.isEmpty:
        links += 1
        // As the kernel does.
        guard links <= 40 else {
          throw LayerError(code: .invalid, message: "too many links in \(String(decoding: path, as: UTF8.self))")
        }
        if target.first == UInt8(ascii: "/") { at = .root }
        rest = target.split(separator: UInt8(ascii: "/")).map(Array.init) + rest
      case .directory, nil: at = next
      default:
        guard rest.isEmpty else { throw LayerError(code: .invalid, message: "\(next) is not a directory") }
        at = next
      }
    }
    return at
  }
}

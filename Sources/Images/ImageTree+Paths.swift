import Layers

extension ImageTree {
  /// Where `path` leads, links followed within the image.
  ///
  /// - Parameters:
  ///   - name: the image, for errors.
  ///   - followsLast: whether a link at the end is followed too; with a slash after it, it always is.
  /// - Throws: `ImageError.notFound` with the nearest name as a hint.
  package func resolve(
    _ path: String, in name: String, followsLast: Bool
  ) throws(ImageError) -> LayerPath {
    var rest = Self.split(Array(path.utf8))
    let followsLast = followsLast || path.hasSuffix("/")
    var at = LayerPath.root
    var links = 0
    while !rest.isEmpty {
      let component = rest.removeFirst()
      if component == [UInt8(ascii: ".")] { continue }
      if component == [UInt8(ascii: "."), UInt8(ascii: ".")] {
        at = at.parent ?? .root
        continue
      }
      let next = at.appending(component)
      guard let node = self[next] else { throw missing(next, in: name) }
      guard case .symlink(let target) = node.kind, followsLast || !rest.isEmpty else {
        at = next
        continue
      }
      links += 1
      guard links <= 40 else { throw ImageError(.corrupt, "too many links in \(path) of \(name)") }
      if target.first == UInt8(ascii: "/") { at = .root }
      rest = Self.split(target) + rest
    }
    return at
  }

  /// That nothing is at `path`.
  func missing(_ path: LayerPath, in name: String) -> ImageError {
    let parent = path.parent ?? .root
    let nearest = children(of: parent).map { ($0.path, EditDistance.between($0.path.name, path.name)) }
      .min { $0.1 < $1.1 }
    if let nearest, nearest.1 <= max(1, path.name.count / 3) {
      return ImageError(.notFound, "there is no \(path) in \(name)", hint: "is it \(nearest.0)?")
    }
    return ImageError(.notFound, "there is no \(path) in \(name)", hint: "imagesmith ls shows what \(parent) has")
  }

  /// Bytes of all files in each directory below `top`, `top` among them, and of each file. A file of several names counts
  /// at the first.
  package func totals(of top: LayerPath) -> [LayerPath: Int] {
    var totals: [LayerPath: Int] = [:]
    var seen: Set<Inode> = []
    for (path, node) in descendants(of: top) {
      if node.kind == .directory {
        totals[path, default: 0] += 0
        continue
      }
      guard seen.insert(node.inode).inserted else {
        totals[path] = 0
        continue
      }
      totals[path] = node.size
      guard node.size > 0 else { continue }
      var parent = path.parent
      while let directory = parent {
        totals[directory, default: 0] += node.size
        if directory == top { break }
        parent = directory.parent
      }
    }
    return totals
  }

  private static func split(_ path: [UInt8]) -> [[UInt8]] { path.split(separator: UInt8(ascii: "/")).map(Array.init) }
}

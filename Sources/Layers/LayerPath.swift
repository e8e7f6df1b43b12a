/// A path in a layer or image: bytes, relative to the root, without `.`, `..`, empty components, or a slash at the ends.
///
/// The order is that of a layer: a directory stands before what is in it, names go by their bytes.
package struct LayerPath: Hashable, Comparable, Sendable, CustomStringConvertible {
  private static let slash = UInt8(ascii: "/")

  /// Empty for the root.
  package let bytes: [UInt8]

  package static let root = LayerPath(checked: [])

  private init(checked bytes: [UInt8]) { self.bytes = bytes }

  /// Drops leading slashes, `.` and empty components; nil when there is a `..` or a NUL.
  package init?(bytes: some Collection<UInt8>) { self.init(bytes: Array(bytes)) }

  /// Drops leading slashes, `.` and empty components; nil when there is a `..` or a NUL.
  package init?(bytes: [UInt8]) {
    let dot = UInt8(ascii: ".")
    let clean = bytes.withUnsafeBufferPointer { all -> [UInt8]? in
      var result: [UInt8] = []
      result.reserveCapacity(all.count)
      var start = 0
      while start < all.count {
        var end = start
        while end < all.count, all[end] != Self.slash {
          guard all[end] != 0 else { return nil }
          end += 1
        }
        let component = UnsafeBufferPointer(rebasing: all[start..<end])
        start = end + 1
        if component.isEmpty || (component.count == 1 && component[0] == dot) { continue }
        if component.count == 2, component[0] == dot, component[1] == dot { return nil }
        if !result.isEmpty { result.append(Self.slash) }
        result.append(contentsOf: component)
      }
      return result
    }
    guard let clean else { return nil }
    self.bytes = clean
  }

  package init?(_ text: some StringProtocol) { self.init(bytes: Array(text.utf8)) }

  package var isRoot: Bool { bytes.isEmpty }

  package var components: [ArraySlice<UInt8>] { bytes.split(separator: Self.slash) }

  /// The last component; empty for the root.
  package var name: [UInt8] { Array(bytes[(bytes.lastIndex(of: Self.slash).map { $0 + 1 } ?? 0)...]) }

  /// The directory that it is in; nil for the root.
  package var parent: LayerPath? {
    if isRoot { return nil }
    return LayerPath(checked: Array(bytes[..<(bytes.lastIndex(of: Self.slash) ?? 0)]))
  }

  /// All directories above it, the root not among them, the highest first.
  package var ancestors: [LayerPath] {
    bytes.indices.filter { bytes[$0] == Self.slash }.map { LayerPath(checked: Array(bytes[..<$0])) }
  }

  /// The path of `name`, a single component, in this directory.
  package func appending(_ name: some Collection<UInt8>) -> LayerPath {
    assert(!name.isEmpty && !name.contains(Self.slash) && !name.contains(0))
    return LayerPath(checked: isRoot ? Array(name) : bytes + [Self.slash] + name)
  }

  /// The path of `other` as seen from this directory.
  package func appending(_ other: LayerPath) -> LayerPath {
    if isRoot { return other }
    return other.isRoot ? self : LayerPath(checked: bytes + [Self.slash] + other.bytes)
  }

  /// Whether it is `other` or lies below it.
  package func isWithin(_ other: LayerPath) -> Bool {
    other.isRoot || bytes == other.bytes
      || (bytes.count > other.bytes.count && bytes[other.bytes.count] == Self.slash && bytes.starts(with: other.bytes))
  }

  /// What is left of `path` below this directory, the root when they are the same; nil when it is not within.
  package func remainder(of path: LayerPath) -> LayerPath? {
    guard path.isWithin(self) else { return nil }
    if isRoot { return path }
    return LayerPath(checked: Array(path.bytes.dropFirst(bytes.count + 1)))
  }

  /// With a leading slash, for people.
  package var description: String { "/" + String(decoding: bytes, as: UTF8.self) }

  package func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }

  package static func < (left: LayerPath, right: LayerPath) -> Bool {
    let common = min(left.bytes.count, right.bytes.count)
    return left.bytes.withUnsafeBufferPointer { one in
      right.bytes.withUnsafeBufferPointer { other in
        var index = 0
        while index < common, one[index] == other[index] { index += 1 }
        guard index < common else { return one.count < other.count }
        // A slash ends a component, so it goes before every byte of a longer name.
        if one[index] == slash { return true }
        if other[index] == slash { return false }
        return one[index] < other[index]
      }
    }
  }
}

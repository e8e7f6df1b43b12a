import Native

/// How a layer says in its tar that something is removed: by files of reserved names.
///
/// Source: OCI image specification v1.1, layer.md, "Whiteouts".
package enum Whiteout: Equatable {
  /// What the layers below have in the directory that the file stands in.
  case opaque
  /// The name beside it.
  case name([UInt8])
  /// A mark of AUFS's own, which means nothing elsewhere.
  case ignored

  static let prefix = Array(".wh.".utf8)
  static let opaqueName = Array(".wh..wh..opq".utf8)
  private static let ignoredPrefix = Array(".wh..wh.".utf8)

  /// What a file of this name says; nil for an ordinary one.
  package init?(name: [UInt8]) {
    guard Self.isReserved(name) else { return nil }
    if name == Self.opaqueName {
      self = .opaque
    } else if name.starts(with: Self.ignoredPrefix) {
      self = .ignored
    } else {
      self = .name(Array(name[Self.prefix.count...]))
    }
  }

  static func isReserved(_ name: [UInt8]) -> Bool { name.starts(with: prefix) }

  static func header(at path: LayerPath, modified: Int) -> TarHeader {
    TarHeader(path: path.bytes, kind: .file(size: 0), mode: 0, modified: modified)
  }

  static func reservedName(_ path: LayerPath) -> LayerError {
    LayerError(
      code: .invalid, message: "\(path) cannot be in a layer: names that begin with .wh. say what is removed",
      hint: "Rename it.")
  }
}

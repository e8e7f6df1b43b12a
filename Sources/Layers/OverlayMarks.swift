import Native

/// The extended attributes by which overlayfs marks a directory: in the `trusted` namespace when root mounts it, in `user`
/// when it is mounted in a user namespace with `userxattr`.
///
/// Source: Linux, Documentation/filesystems/overlayfs.rst.
package enum OverlayMarks: String, Sendable {
  case trusted
  case user

  /// Those that this process may set on the file system of `directory`, which is writable: `trusted` needs CAP_SYS_ADMIN
  /// outside of user namespaces, and an overlay mount of an older kernel keeps them for itself.
  package static func usable(in directory: String) -> OverlayMarks {
    let place = ExtendedAttribute.Place.path(Array(directory.utf8))
    let probe = ExtendedAttribute("trusted.overlay.imagesmith", [])
    guard (try? probe.set(at: place)) != nil else { return .user }
    try? ExtendedAttribute.remove(probe.name, at: place)
    return .trusted
  }

  private func name(_ mark: String) -> [UInt8] { Array("\(rawValue).overlay.\(mark)".utf8) }

  /// Whether the directory hides what the layers below have in it.
  func isOpaque(_ place: ExtendedAttribute.Place) throws(NativeError) -> Bool {
    try ExtendedAttribute.value(of: name("opaque"), at: place) == [UInt8(ascii: "y")]
  }

  func makeOpaque(_ place: ExtendedAttribute.Place) throws(NativeError) {
    try ExtendedAttribute(name: name("opaque"), value: [UInt8(ascii: "y")]).set(at: place)
  }

  func removeOpaque(_ place: ExtendedAttribute.Place) throws(NativeError) {
    try ExtendedAttribute.remove(name("opaque"), at: place)
  }

  /// Refuses what only a mount with other options makes, and whose content is elsewhere.
  func requirePlain(_ attributes: [ExtendedAttribute], at path: LayerPath) throws(LayerError) {
    guard let mark = attributes.first(where: { $0.name == name("redirect") || $0.name == name("metacopy") }) else {
      return
    }
    throw LayerError(
      code: .invalid, message: "\(path) has \(String(decoding: mark.name, as: UTF8.self)): its content is elsewhere",
      hint: "Mount the overlay with redirect_dir=off,metacopy=off.")
  }

  /// Whether an attribute says something about this host or its mounts and so must be in no layer, nor come out of one.
  package static func belongsToHost(_ name: [UInt8]) -> Bool {
    hostPrefixes.contains { name.starts(with: $0) } || hostNames.contains(name)
  }

  private static let hostPrefixes = ["trusted.overlay.", "user.overlay."].map { Array($0.utf8) }
  private static let hostNames = ["security.selinux", "security.ima", "security.evm"].map { Array($0.utf8) }
}

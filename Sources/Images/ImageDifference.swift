import Layers
import OCI

/// What differs between two images.
package struct ImageDifference: Sendable {
  package var config: [ConfigChange]
  /// By path.
  package var files: [FileChange]
  package var packages: [PackageChange]

  package var isEmpty: Bool { config.isEmpty && files.isEmpty }
}

/// One path that differs.
package struct FileChange: Sendable {
  package enum Aspect: String, Sendable, CaseIterable {
    case type
    case content
    case target
    case mode
    case owner
    case attributes
  }

  package var path: LayerPath
  /// Nil for what only the other image has.
  package var before: ImageTree.Node?
  package var after: ImageTree.Node?
  /// What of it differs; empty where only one image has it.
  package var aspects: [Aspect]

  /// Bytes that the second image has more.
  package var growth: Int { (after?.size ?? 0) - (before?.size ?? 0) }
  /// Bytes that are concerned.
  package var weight: Int { max(after?.size ?? 0, before?.size ?? 0) }

  /// Nil where nothing differs. Times do not count: they differ whenever something is built anew.
  ///
  /// - Parameter sameContent: whether two files of one size have the same bytes.
  init?(
    _ path: LayerPath, _ before: ImageTree.Node?, _ after: ImageTree.Node?,
    sameContent: (ImageTree.Node, ImageTree.Node) -> Bool
  ) {
    self.path = path
    self.before = before
    self.after = after
    aspects = []
    guard let before, let after else {
      if before == nil, after == nil { return nil }
      return
    }
    switch (before.kind, after.kind) {
    case (.file(let one), .file(let other)):
      if one != other || !sameContent(before, after) { aspects.append(.content) }
    case (.symlink(let one), .symlink(let other)): if one != other { aspects.append(.target) }
    default: if before.kind != after.kind { aspects.append(.type) }
    }
    if before.mode != after.mode { aspects.append(.mode) }
    if (before.uid, before.gid) != (after.uid, after.gid) { aspects.append(.owner) }
    if before.attributes != after.attributes { aspects.append(.attributes) }
    if aspects.isEmpty { return nil }
  }
}

import Dockerfiles
import Layers
import Native

/// A COPY or ADD of files, its words expanded.
///
/// Source: Dockerfile reference, "COPY"; where that is silent, BuildKit's file operations.
struct CopyStep: Sendable {
  /// Sources, with their wildcards.
  var paths: [String]
  /// Files whose content stands in the Dockerfile.
  var inline: [(name: String, content: [UInt8])]
  /// Absolute, as written: a slash at the end says that it is a folder.
  var destination: String
  /// `--chown`: `user[:group]`, by name or number.
  var chown: String?
  var chmod: ModeChange?
  /// Whether the layer is made without a look at what lies below.
  var isLinked: Bool
  /// Whether folders above a source come with it.
  var keepsParents: Bool
  /// Patterns of files to leave out.
  var exclude: [String]

  /// What decides the layer, but for the files and the tree below.
  func addInputs(to hasher: inout StepKeyHasher) throws {
    try hasher.add(paths)
    try hasher.add(exclude)
    try hasher.add([destination, chown ?? "", chmod?.text ?? "", isLinked ? "link" : "", keepsParents ? "parents" : ""])
    for file in inline {
      try hasher.add(file.name)
      try hasher.add(file.content)
    }
  }

  func items(in source: CopySource) throws -> [CopyItem] {
    let without = exclude.isEmpty ? nil : try DockerIgnore.parse(exclude.joined(separator: "\n"), file: "--exclude")
    return try CopyItem.all(named: paths, in: source, without: without, withParents: keepsParents)
  }

  /// The layer's members.
  ///
  /// - Parameters:
  ///   - source: where the items are; nil when there are none.
  ///   - below: the tree that the layer comes to lie on; nil for `--link`.
  ///   - owner: of everything; nil leaves an image's files to their owners, and makes others root's.
  /// - Throws: `BuildError` with code `input` when something else is in the place of a file or folder.
  func entries(
    of items: [CopyItem], in source: CopySource?, onto below: TreeView?, owner: CopyLayer.Owner?
  ) throws -> [LayerEntry] {
    var layer = CopyLayer(below: below, owner: owner ?? .root)
    let target = try layer.resolve(destination)
    if destination.hasSuffix("/") { try layer.makeDirectories(target) }
    try requireFolder(target, for: items, in: layer)
    if let source {
      // With several items, a later one might take the place of a file that a link leads to.
      for item in items { try put(item, at: target, in: &layer, owner, source, keepsLinks: items.count == 1) }
    }
    for file in inline { try put(file, at: target, in: &layer, owner ?? .root) }
    return layer.entries
  }

  private func put(
    _ item: CopyItem, at target: LayerPath, in layer: inout CopyLayer, _ owner: CopyLayer.Owner?,
    _ source: CopySource, keepsLinks: Bool
  ) throws {
    guard let first = item.files.first else { return }
    var top = target
    for parent in item.parents {
      top = target.appending(parent.below)
      if try layer.isDirectory(top) != true { try layer.put(entry(parent, at: top, owner, source)) }
    }
    let goesUnderItsName = try keepsParents || !item.isDirectory && layer.isDirectory(target) == true
    if goesUnderItsName, !item.name.isEmpty { top = top.appending(item.name) }
    // The content of a folder is copied, so the folder itself is only made where it is missing.
    if item.isDirectory, !keepsParents || top.isRoot {
      try layer.makeDirectories(top)
    } else {
      try layer.put(entry(first, at: top, owner, source))
    }
    for file in item.files.dropFirst() {
      var entry = try entry(file, at: top.appending(file.below), owner, source)
      if keepsLinks, let link = file.link { entry.kind = .hardlink(to: top.appending(link)) }
      try layer.put(entry)
    }
  }

  private func put(
    _ file: (name: String, content: [UInt8]), at target: LayerPath, in layer: inout CopyLayer, _ owner: CopyLayer.Owner
  ) throws {
    var path = target
    if try layer.isDirectory(target) == true {
      guard let name = LayerPath(file.name)?.name, !name.isEmpty else {
        throw BuildError(
          code: .input, message: "\(file.name) is no name of a file", hint: "name the file in the destination")
      }
      path = target.appending(name)
    }
    let mode = chmod?.applied(to: 0o644, isDirectory: false) ?? 0o644
    try layer.put(
      LayerEntry(
        path: path, kind: .file(.bytes(file.content)), mode: mode, uid: owner.uid, gid: owner.gid, modified: .max))
  }

  private func requireFolder(_ target: LayerPath, for items: [CopyItem], in layer: CopyLayer) throws {
    let hasFile = !inline.isEmpty || items.contains { !$0.isDirectory }
    guard items.count + inline.count > 1, hasFile, try layer.isDirectory(target) != true, !keepsParents else { return }
    throw BuildError(
      code: .input, message: "several files are copied to \(destination), which is no folder",
      hint: "end the destination in a slash: \(destination)/")
  }

  private func entry(
    _ file: CopySource.File, at path: LayerPath, _ owner: CopyLayer.Owner?, _ source: CopySource
  ) throws -> LayerEntry {
    let status = file.status
    let kind: LayerEntry.Kind
    switch status.kind {
    case .file: kind = .file(.path(file.hostPath))
    case .directory: kind = .directory
    case .symlink: kind = .symlink(target: try FileStatus.linkTarget(of: file.hostPath))
    case .fifo: kind = .fifo
    case .characterDevice(let major, let minor) where source.isImage:
      kind = .characterDevice(major: major, minor: minor)
    case .blockDevice(let major, let minor) where source.isImage: kind = .blockDevice(major: major, minor: minor)
    default:
      throw BuildError(
        code: .input, message: "\(file.path.text) is neither a file, a folder nor a link, and is not copied",
        hint: "leave it out by .dockerignore")
    }
    let mode = chmod?.applied(to: status.mode, isDirectory: status.kind == .directory) ?? status.mode
    let own = source.isImage ? CopyLayer.Owner(uid: status.uid, gid: status.gid) : .root
    return LayerEntry(
      path: path, kind: kind, mode: status.kind == .symlink ? 0o777 : mode, uid: (owner ?? own).uid,
      gid: (owner ?? own).gid,
      // The writer brings it down to the epoch: a context's times are those of its checkout.
      modified: source.isImage ? status.modified.seconds : .max,
      attributes: source.isImage ? try source.tree.attributes(ofHostPath: file.hostPath) : [])
  }
}

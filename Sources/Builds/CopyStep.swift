import Dockerfiles
import Layers
import Native

/// A COPY or ADD of files, its words expanded.
///
/// Source: Dockerfile reference, "COPY"; where that is silent, BuildKit's file operations.
struct CopyStep: Sendable {
  /// In order; paths with their wildcards.
  var sources: [AddedSource]
  /// Files whose content stands in the Dockerfile.
  var inline: [(name: String, content: [UInt8])]
  /// Absolute; a slash at the end says that it is a folder.
  var destination: String
  /// The same, as written.
  var writtenDestination: String
  /// `--chown`: `user[:group]`, by name or number.
  var chown: String?
  var chmod: ModeChange?
  /// Whether the layer is made without a look at what lies below.
  var isLinked: Bool
  /// Whether folders above a source come with it.
  var keepsParents: Bool
  /// Patterns of files to leave out.
  var exclude: [String]
  /// Whether local archives, and those behind addresses, are unpacked.
  var unpacks: (local: Bool, remote: Bool) = (false, false)
  /// `--checksum`: of the one remote source.
  var checksum: String?
  var keepsGitFolder = false

  /// Whether anything is fetched.
  var isRemote: Bool { sources.contains { if case .path = $0 { false } else { true } } }

  /// The paths among the sources.
  var paths: [String] { sources.compactMap { if case .path(let path) = $0 { path } else { nil } } }

  /// What decides the layer, but for the files and the tree below.
  func addInputs(to hasher: inout StepKeyHasher) throws {
    try hasher.add(sources.map(\.text))
    try hasher.add(exclude)
    try hasher.add(["\(unpacks)", checksum ?? "", keepsGitFolder ? "git" : ""])
    try hasher.add([destination, chown ?? "", chmod?.text ?? "", isLinked ? "link" : "", keepsParents ? "parents" : ""])
    for file in inline {
      try hasher.add(file.name)
      try hasher.add(file.content)
    }
  }

  /// What the history says of it, as BuildKit writes it, but for passwords in addresses: neither `--from` nor `--link` nor
  /// `--exclude`.
  func history(of name: String) -> String {
    var parts = [name]
    if keepsParents { parts.append("--parents") }
    if let chown { parts.append("--chown=\(chown)") }
    if let chmod { parts.append("--chmod=\(chmod.text)") }
    parts += sources.map { RemoteAddress.redacted($0.text) } + inline.map { "<<\($0.name)" } + [writtenDestination]
    return parts.joined(separator: " ") + " # buildkit"
  }

  /// The items that the sources name, in order.
  ///
  /// - Parameters:
  ///   - source: where the paths are; nil when there are none.
  ///   - fetched: the trees of the other sources, by their text.
  func items(in source: CopySource?, _ fetched: [String: CopySource]) throws -> [CopyItem] {
    let without = exclude.isEmpty ? nil : try DockerIgnore.parse(exclude.joined(separator: "\n"), file: "--exclude")
    return try sources.flatMap { named -> [CopyItem] in
      guard case .path(let path) = named else {
        return try fetched[named.text].map { tree in
          let names: [[UInt8]] = tree.origin == .fetched ? try tree.tree.names(in: .root) ?? [] : [[]]
          return try names.map { name in
            let path = name.isEmpty ? LayerPath.root : LayerPath.root.appending(name)
            return CopyItem(name: name, files: try tree.files(at: path, without: without), source: tree)
          }
        } ?? []
      }
      guard let source else { return [] }
      return try CopyItem.all(named: [path], in: source, without: without, withParents: keepsParents)
    }
  }

  /// Whether an item is unpacked.
  private func isUnpacked(_ item: CopyItem) throws -> Bool {
    guard item.source.origin == .fetched ? unpacks.remote : unpacks.local, let file = item.files.first,
      file.status.kind == .file
    else { return false }
    return try AddedArchive.isArchive(file.hostPath)
  }

  /// The layer's members.
  ///
  /// - Parameters:
  ///   - spool: a folder for what has no file yet, which must stay until the layer is written.
  ///   - below: the tree that the layer comes to lie on; nil for `--link`.
  ///   - owner: of everything; nil leaves an image's files to their owners, and makes others root's.
  ///   - notice: takes a sentence that the user should know.
  /// - Throws: `BuildError` with code `input` when something else is in the place of a file or folder.
  func entries(
    of items: [CopyItem], onto below: TreeBelow?, owner: CopyLayer.Owner?, spool: String?,
    notice: (String) -> Void
  ) throws -> [LayerEntry] {
    var layer = CopyLayer(below: below, owner: owner ?? .root)
    let target = try layer.resolve(destination)
    if destination.hasSuffix("/") { try layer.makeDirectories(target) }
    try warnOfLoss(target, items, layer, notice)
    for item in items {
      if let spool, let file = item.files.first, try isUnpacked(item) {
        let archive = AddedArchive(file: file.hostPath, name: file.path.text, spool: spool)
        try archive.unpack(into: &layer, at: target, owner: owner)
      } else {
        // With several items, a later one might take the place of a file that a link leads to.
        try put(item, at: target, in: &layer, owner, keepsLinks: items.count == 1)
      }
    }
    for file in inline { try put(file, at: target, in: &layer, owner ?? .root) }
    return layer.entries
  }

  private func put(
    _ item: CopyItem, at target: LayerPath, in layer: inout CopyLayer, _ owner: CopyLayer.Owner?,
    keepsLinks: Bool
  ) throws {
    guard let first = item.files.first else { return }
    var top = target
    for parent in item.parents {
      top = target.appending(parent.below)
      if try layer.isDirectory(top) != true { try layer.put(entry(parent, at: top, owner, item.source)) }
    }
    let goesUnderItsName = try keepsParents || !item.isDirectory && layer.isDirectory(target) == true
    if goesUnderItsName, !item.name.isEmpty { top = top.appending(item.name) }
    // The content of a folder is copied, so the folder itself is only made where it is missing.
    if item.isDirectory, !keepsParents || top.isRoot {
      try layer.makeDirectories(top)
    } else {
      try layer.put(entry(first, at: top, owner, item.source))
    }
    for file in item.files.dropFirst() {
      var entry = try entry(file, at: top.appending(file.below), owner, item.source)
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

  /// With several files and no folder, each takes the place of the one before, as in BuildKit.
  private func warnOfLoss(_ target: LayerPath, _ items: [CopyItem], _ layer: CopyLayer, _ notice: (String) -> Void)
    throws
  {
    let files = try items.filter { try !$0.isDirectory && !isUnpacked($0) }
    guard files.count + inline.count > 1, !keepsParents, try layer.isDirectory(target) != true else { return }
    notice("several files are copied to \(destination), which is no folder: the last one stays. End it in a slash")
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
      modified: source.origin == .folder ? .max : status.modified.seconds,
      attributes: source.isImage ? try source.tree.attributes(ofHostPath: file.hostPath) : [])
  }
}

import Dockerfiles
import Layers
import Native
import OCI

/// A COPY, its words expanded: files of a source become a layer, without being unpacked anywhere.
struct CopyStep: Sendable {
  /// One word of the instruction, and the files that it names.
  struct Item: Sendable {
    var word: String
    var files: [CopySource.File]
    /// The name under which a file goes into a folder.
    var name: [UInt8]
  }

  /// Nil when all files are given in the Dockerfile.
  var source: CopySource?
  var items: [Item]
  /// Files whose content stands in the Dockerfile: name and content.
  var inline: [(name: String, content: [UInt8])]
  /// Absolute, as written: a slash at the end says that it is a folder.
  var destination: String
  /// Nil leaves root as the owner of what comes from a context, and the owner of what comes from another stage.
  var owner: (uid: UInt32, gid: UInt32)?
  /// Permission bits of all that is copied.
  var mode: UInt32?
  /// Whether the layer is made without a look at what lies below.
  var isLinked: Bool
  /// Whether owners in the source count.
  var keepsOwners: Bool

  /// What decides the layer, but for the tree below.
  func addInputs(to hasher: inout StepKeyHasher) throws {
    try hasher.add(destination)
    try hasher.add(owner.map { "\($0.uid):\($0.gid)" } ?? "")
    try hasher.add(mode.map { String($0, radix: 8) } ?? "")
    try hasher.add(isLinked ? "link" : "")
    for item in items {
      try hasher.add(item.files.count)
      try hasher.add(item.name)
      for file in item.files { try addFile(file, to: &hasher) }
    }
    for file in inline {
      try hasher.add(file.name)
      try hasher.add(file.content)
    }
  }

  private func addFile(_ file: CopySource.File, to hasher: inout StepKeyHasher) throws {
    guard let source else { return }
    try hasher.add(file.below?.bytes ?? [])
    try hasher.add("\(file.status.kind) \(mode ?? file.status.mode)")
    if keepsOwners { try hasher.add("\(file.status.uid):\(file.status.gid)") }
    switch file.status.kind {
    case .file: try hasher.add(Self.digest(ofFile: file.hostPath))
    case .symlink: try hasher.add(source.tree.linkTarget(at: file.path) ?? [])
    default: break
    }
  }

  private static func digest(ofFile path: [UInt8]) throws -> [UInt8] {
    var sha = try SHA256()
    let file = try FileDescriptor.open(path)
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
      try buffer.withUnsafeBytes { try sha.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      if count < buffer.count { return try sha.finish() }
    }
  }

  /// The layer's members.
  ///
  /// - Parameter below: the tree that the layer comes to lie on; nil for `--link`.
  /// - Throws: `BuildError` with code `input` for several files onto one that is no folder.
  func entries(onto below: TreeView?) throws -> [LayerEntry] {
    var parents = ParentDirectories(below: below)
    let target = try parents.resolve(destination)
    let fileCount = items.filter { $0.files.first?.status.kind != .directory }.count + inline.count
    let endsInSlash = destination.hasSuffix("/") || destination.hasSuffix("/.")
    let isFolder = try endsInSlash || target.isRoot || parents.isDirectory(target)
    guard fileCount <= 1 || items.count + inline.count == 1 || isFolder else {
      throw BuildError(
        code: .input, message: "several files are copied to \(destination)",
        hint: "end the destination in a slash: \(destination)/")
    }
    var entries: [LayerPath: LayerEntry] = [:]
    for item in items {
      guard let first = item.files.first else { continue }
      let top = first.status.kind == .directory || !isFolder ? target : target.appending(item.name)
      for file in item.files {
        let path = file.below.map { top.appending($0) } ?? top
        guard !path.isRoot else { continue }
        // A folder that is there already stays as it is.
        if file.status.kind == .directory, try parents.isDirectory(path) {
          try parents.need(path)
          continue
        }
        try parents.need(path.parent ?? .root)
        entries[path] = try entry(file, at: path)
      }
    }
    for file in inline {
      let path = isFolder ? target.appending(Array(file.name.utf8)) : target
      try parents.need(path.parent ?? .root)
      entries[path] = LayerEntry(
        path: path, kind: .file(.bytes(file.content)), mode: mode ?? 0o644, uid: owner?.uid ?? 0,
        gid: owner?.gid ?? 0, modified: .max)
    }
    let made = parents.entries.filter { entries[$0.path] == nil }
    return LayerEntry.inLayerOrder(made + entries.values)
  }

  private func entry(_ file: CopySource.File, at path: LayerPath) throws -> LayerEntry {
    guard let tree = source?.tree else { throw BuildError(code: .input, message: "\(path) has no source") }
    let kind: LayerEntry.Kind
    switch file.status.kind {
    case .file: kind = .file(.path(file.hostPath))
    case .directory: kind = .directory
    case .symlink: kind = .symlink(target: try tree.linkTarget(at: file.path) ?? [])
    case .fifo: kind = .fifo
    default:
      throw BuildError(
        code: .input, message: "\(file.path.text) is neither a file, a folder nor a link, and is not copied",
        hint: "leave it out by .dockerignore")
    }
    let isSymlink = file.status.kind == .symlink
    return LayerEntry(
      path: path, kind: kind, mode: isSymlink ? 0o777 : mode ?? file.status.mode,
      uid: owner?.uid ?? (keepsOwners ? file.status.uid : 0), gid: owner?.gid ?? (keepsOwners ? file.status.gid : 0),
      // The writer brings it down to the epoch: a context's times are those of its checkout.
      modified: .max, attributes: keepsOwners ? try tree.attributes(ofHostPath: file.hostPath) : [])
  }
}

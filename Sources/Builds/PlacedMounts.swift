import Glibc
import Layers
import Native
import Sandboxes

/// What one RUN sees at its mount points where nothing can be mounted: copies, put into its tree before and taken out after.
///
/// What the image has at such a place is moved aside meanwhile, and directories get their times back, so that the tree is
/// afterwards what it was and the layer has nothing of it. Unlike under a mount, what is read-only can be written to; it is
/// lost. A secret is on the disk of the cache, for as long as the command runs.
struct PlacedMounts: Sendable {
  private let tree: [UInt8]
  private let aside: [UInt8]
  private let marks: OverlayMarks
  private var placed: [Placed] = []
  /// Directories that were made on the way, the highest first.
  private var stubs: [LayerPath] = []

  private struct Placed: Sendable {
    var path: LayerPath
    /// Where what was there before is.
    var original: [UInt8]?
    /// A cache's folder, which gets what the command left.
    var cache: String?
  }

  /// All places, which belong to no layer.
  var paths: Set<LayerPath> { Set(placed.map(\.path)) }

  /// - Parameter aside: a folder of the step's own, on the tree's file system.
  /// - Throws: `BuildError` for a place below something that is no folder. Nothing is in the tree then.
  init(of command: SandboxCommand, in tree: String, aside: String, marks: OverlayMarks) throws {
    self.tree = Array(tree.utf8)
    self.aside = Array(aside.utf8)
    self.marks = marks
    do {
      try placeKernelFolders()
      let hosts = aside + "/hosts"
      try AtomicFile.write(Array(HostsFile.text(of: command).utf8), to: hosts)
      try place(SandboxMount(.file(hosts), at: command.hostsPath, isReadOnly: true))
      if access("/etc/resolv.conf", R_OK) == 0 {
        try place(SandboxMount(.file("/etc/resolv.conf"), at: command.resolverPath, isReadOnly: true))
      }
      for mount in command.mounts { try place(mount) }
    } catch {
      try? takeOut()
      throw error
    }
  }

  /// Takes everything out again, and keeps what the command left in caches. A place that the command has destroyed is left
  /// as it is; no link leads elsewhere.
  func takeOut() throws {
    for place in placed.reversed() {
      guard let name = try Self.folder(place.path.parent ?? .root, in: tree) else { continue }
      let folder = try open(name)
      let time = try folder.status().modified
      if let cache = place.cache { try keep(host(place.path), in: cache) }
      try folder.removeTree(place.path.name)
      if let original = place.original {
        try open(aside).move(Self.name(of: original), to: place.path.name, of: folder)
      }
      try folder.setTime(time.seconds, time.nanoseconds)
    }
    for stub in stubs.reversed() {
      guard let name = try Self.folder(stub.parent ?? .root, in: tree) else { continue }
      let folder = try open(name)
      let time = try folder.status().modified
      // One that the command has put something into stays.
      guard withCPath(stub.name, { unlinkat(folder.raw, $0, AT_REMOVEDIR) }) == 0 else { continue }
      try folder.setTime(time.seconds, time.nanoseconds)
    }
  }

  private mutating func place(_ mount: SandboxMount) throws {
    guard let path = LayerPath(mount.target), !path.isRoot else {
      throw BuildError(code: .input, message: "nothing can be mounted on \(mount.target)")
    }
    var cache: String?
    if case .directory(let folder) = mount.source, !mount.isReadOnly { cache = folder }
    let destination = try clear(path, cache: cache)
    switch mount.source {
    case .file(let file): try show(file, at: destination)
    case .directory(let folder):
      try makeDirectory(destination)
      try OverlayLayer(Array(folder.utf8), marks: marks).apply(onto: destination)
    case .tmpfs(_, let mode): try makeDirectory(destination, mode: mode)
    case .tree(let lower, let source):
      try copy(LayerPath(source) ?? .root, of: MergedDirectory(lower, marks: marks), to: destination)
    }
    try restoreParent(of: path)
  }

  /// A copy; of a socket a second name, as there is but one that listens.
  private func show(_ file: String, at destination: [UInt8]) throws {
    guard try FileStatus.of(Array(file.utf8))?.kind == .socket else {
      return try OverlayLayer.copyFile(Array(file.utf8), to: destination)
    }
    guard withCPath(destination, { Glibc.link(file, $0) }) == 0 else {
      throw NativeError(failed: "link the socket \(file) into the tree")
    }
  }

  private func copy(_ path: LayerPath, of tree: MergedDirectory, to destination: [UInt8]) throws {
    if let directory = try tree.directory(at: path) {
      try makeDirectory(destination)
      for source in directory.sources.reversed() {
        try OverlayLayer(source, marks: marks).apply(onto: destination)
      }
    } else if let file = try tree.directory(at: path.parent ?? .root)?.child(path.name) {
      try OverlayLayer.copyFile(file.hostPath, to: destination)
    }
  }

  /// `/dev` with the devices that every program expects, and `/proc` and `/sys` empty: only a mount could fill them.
  private mutating func placeKernelFolders() throws {
    for name in ["proc", "sys"] { try place(SandboxMount(.tmpfs(size: nil, mode: 0o555), at: name, isReadOnly: true)) }
    try place(SandboxMount(.tmpfs(size: nil, mode: 0o755), at: "dev", isReadOnly: false))
    let dev = host(LayerPath("dev") ?? .root)
    for name in ["shm", "mqueue", "pts"] {
      try makeDirectory(dev + Array("/\(name)".utf8), mode: name == "pts" ? 0o755 : 0o1777)
    }
    let folder = try open(dev)
    let devices: [(name: String, major: UInt32, minor: UInt32)] = [
      ("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0),
    ]
    for device in devices {
      let name = Array(device.name.utf8)
      do throws(NativeError) {
        try folder.makeNode(name, S_IFCHR, mode: 0o666, major: device.major, minor: device.minor)
      } catch {
        // Without CAP_MKNOD there is a file to write to, at least.
        guard error.errno == EPERM else { throw error }
        if device.name == "null" { _ = try folder.open(at: name, O_WRONLY | O_CREAT, mode: 0o666) }
        continue
      }
      try folder.setMode(of: name, to: 0o666)
    }
    for (name, target) in [("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")] {
      try folder.makeSymlink(Array(name.utf8), to: Array("/proc/self/\(target)".utf8))
    }
  }

  /// Makes room at `path`, and the directories above it.
  private mutating func clear(_ path: LayerPath, cache: String?) throws -> [UInt8] {
    for ancestor in path.ancestors {
      switch try FileStatus.of(host(ancestor))?.kind {
      case .directory: continue
      case nil:
        let parent = try open(host(ancestor.parent ?? .root))
        let time = try parent.status().modified
        try parent.makeDirectory(ancestor.name)
        try parent.setMode(of: ancestor.name, to: 0o755)
        try parent.setTime(time.seconds, time.nanoseconds)
        stubs.append(ancestor)
      default:
        throw BuildError(
          code: .input, message: "\(path) cannot be mounted: \(ancestor) is no folder in the image",
          hint: "choose another target")
      }
    }
    let parent = try open(host(path.parent ?? .root))
    times[path] = try parent.status().modified
    var original: [UInt8]?
    if try FileStatus.of(path.name, at: parent.raw) != nil {
      let name = Array("aside\(placed.count)".utf8)
      try parent.move(path.name, to: name, of: open(aside))
      original = aside + [UInt8(ascii: "/")] + name
    }
    placed.append(Placed(path: path, original: original, cache: cache))
    return host(path)
  }

  /// The times of the directories above, before something came into them.
  private var times: [LayerPath: (seconds: Int, nanoseconds: Int)] = [:]

  private func restoreParent(of path: LayerPath) throws {
    guard let time = times[path] else { return }
    try open(host(path.parent ?? .root)).setTime(time.seconds, time.nanoseconds)
  }

  /// Moves what is in `folder` into the cache's own folder, in the place of what is there.
  private func keep(_ folder: [UInt8], in cache: String) throws {
    guard try FileStatus.of(folder)?.kind == .directory else { return }
    let kept = try FileDescriptor.open(cache, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    for name in try kept.names() { try kept.removeTree(name) }
    let left = try open(folder)
    for name in try left.names() { try left.move(name, to: name, of: kept) }
  }

  /// Where the directory `path` is on the host, if it is one and no link leads there.
  private static func folder(_ path: LayerPath, in tree: [UInt8]) throws -> [UInt8]? {
    for place in path.ancestors + [path] where !place.isRoot {
      guard try FileStatus.of(tree + [UInt8(ascii: "/")] + place.bytes)?.kind == .directory else { return nil }
    }
    return path.isRoot ? tree : tree + [UInt8(ascii: "/")] + path.bytes
  }

  private func makeDirectory(_ path: [UInt8], mode: UInt32 = 0o755) throws(NativeError) {
    guard withCPath(path, { mkdir($0, 0o755) }) == 0, withCPath(path, { chmod($0, mode) }) == 0 else {
      throw NativeError(failed: "make \(String(decoding: path, as: UTF8.self))")
    }
  }

  private func host(_ path: LayerPath) -> [UInt8] { path.isRoot ? tree : tree + [UInt8(ascii: "/")] + path.bytes }

  private func open(_ path: [UInt8]) throws(NativeError) -> FileDescriptor {
    try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  }

  private static func name(of path: [UInt8]) -> [UInt8] {
    Array(path[(path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0)...])
  }
}

import Dockerfiles
import Glibc
import Layers
import Native

/// A tree that COPY takes files from: the build context, or the files of a stage or an image.
struct CopySource: Sendable {
  let tree: TreeView
  /// Leaves files out; nil for none.
  let ignore: DockerIgnore?
  let origin: Origin
  /// What errors call it.
  let name: String

  /// Where the files are from, which decides what of them counts besides their content and mode.
  enum Origin: Sendable {
    /// A folder of this machine: owners, times and attributes say something about the machine alone.
    case folder
    /// A file fetched for this build: it has the time that its server gave.
    case fetched
    /// Owners, times and attributes are part of the files.
    case image
  }

  var isImage: Bool { origin == .image }

  /// A file or folder of the tree.
  struct File: Sendable {
    /// Where it is in the source.
    var path: LayerPath
    /// Where it is below the file or folder that was named; the root when it is that one.
    var below: LayerPath
    var status: FileStatus
    /// Where it is on this machine.
    var hostPath: [UInt8]
    /// The earlier file, by its `below`, that this is another name of.
    var link: LayerPath?
  }

  /// The paths that a word of a COPY names, links followed: itself, or all that match its wildcards, sorted.
  ///
  /// - Returns: Each path, and the name that it goes by. Wildcards may match nothing.
  /// - Throws: `BuildError` with code `input` when a word without wildcards names nothing.
  ///
  /// - Parameter takesDoubleStars: whether `**` stands for any number of folders, as `--parents` has it.
  func matches(_ word: String, takesDoubleStars: Bool = false) throws -> [(path: LayerPath, name: [UInt8])] {
    let isDeep = takesDoubleStars && word.contains("**")
    let named =
      FilePattern.hasWildcard(word) ? (isDeep ? try matchingAnywhere(word) : try matching(word)) : [clean(word)]
    return try named.map { path in
      guard let found = try follow(path), isVisible(path), isVisible(found) else { throw missing(path.text) }
      return (found, path.name)
    }
  }

  /// Where `path` leads; nil when nothing is there.
  private func follow(_ path: LayerPath) throws -> LayerPath? {
    do throws(LayerError) {
      let found = try tree.resolve(path.bytes)
      if found.isRoot { return found }
      return try tree.node(at: found)?.path
    } catch {
      // It leads through a file, or in a circle.
      guard error.code == .invalid else { throw error }
      return nil
    }
  }

  /// The word without `.` and `..`, which at the top stays there.
  private func clean(_ word: String) -> LayerPath {
    var path = LayerPath.root
    for part in word.utf8.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
      path = part.elementsEqual("..".utf8) ? path.parent ?? .root : path.appending(part)
    }
    return path
  }

  private func matching(_ word: String) throws -> [LayerPath] {
    let parts = word.split(separator: "/").filter { $0 != "." }.map(String.init)
    let plain = parts.prefix { !FilePattern.hasWildcard($0) }
    let pattern = try FilePattern(parts.dropFirst(plain.count).joined(separator: "/"))
    // Links before the first wildcard are followed, after it they are files like others.
    guard let top = try follow(clean(plain.joined(separator: "/"))) else { return [] }
    var found: [LayerPath] = []
    try walk(top, depth: parts.count - plain.count) { path in
      guard let below = top.remainder(of: path) else { return }
      if pattern.matches(below.text) { found.append(path) }
    }
    return found
  }

  /// What matches below the word's `/./`, where it has one, as patterns of `.dockerignore` do: of a folder that matches not
  /// also its content, which comes with it.
  private func matchingAnywhere(_ word: String) throws -> [LayerPath] {
    let pivot = word.firstRange(of: "/./")
    let pattern = try DockerIgnore.parse(String(word[(pivot?.upperBound ?? word.startIndex)...]), file: "--parents")
    guard let top = try follow(clean(String(word[..<(pivot?.lowerBound ?? word.startIndex)]))) else { return [] }
    var found: [LayerPath] = []
    var folders = [top]
    while let folder = folders.popLast() {
      for name in try tree.names(in: folder) ?? [] {
        let path = folder.appending(name)
        if isVisible(path), let below = top.remainder(of: path), pattern.matches(below.text) {
          found.append(path)
        } else if ignore?.skipsDirectory(path.text) != true {
          folders.append(path)
        }
      }
    }
    return found.sorted()
  }

  private func walk(_ folder: LayerPath, depth: Int, _ body: (LayerPath) throws -> Void) throws {
    for name in try tree.names(in: folder) ?? [] {
      let path = folder.appending(name)
      if depth > 1 {
        if ignore?.skipsDirectory(path.text) != true { try walk(path, depth: depth - 1, body) }
      } else if isVisible(path) {
        try body(path)
      }
    }
  }

  private func missing(_ path: String) -> BuildError {
    let hint =
      ignore?.matches(path) == true
      ? ".dockerignore leaves it out" : "is the path right, seen from the top of \(name)?"
    return BuildError(code: .input, message: "\(path) is not in \(name)", hint: hint)
  }

  /// `path`, and for a folder all that is in it and not left out, each folder before its content.
  ///
  /// - Parameter exclude: further patterns of files to leave out, of their paths below `path`.
  func files(at path: LayerPath, without exclude: DockerIgnore? = nil) throws -> [File] {
    guard let top = try tree.node(at: path) else { return [] }
    var listing = Listing(exclude: exclude)
    listing.append(File(path: path, below: .root, status: top.status, hostPath: top.hostPath))
    if top.status.kind == .directory { try list(path, below: .root, into: &listing) }
    return listing.files
  }

  /// Files as they are found, in the order of a layer.
  private struct Listing {
    /// A file that has more than one name.
    private struct Inode: Hashable {
      var device: UInt64
      var number: UInt64
    }

    let exclude: DockerIgnore?
    private(set) var files: [File] = []
    private var names: [Inode: LayerPath] = [:]

    init(exclude: DockerIgnore?) { self.exclude = exclude }

    mutating func append(_ file: File) {
      var file = file
      if file.status.kind == .file, file.status.links > 1 {
        let inode = Inode(device: file.status.device, number: file.status.inode)
        file.link = names[inode]
        if file.link == nil { names[inode] = file.below }
      }
      files.append(file)
    }

    /// Takes back the last file, a folder of which nothing was kept.
    mutating func removeLast() { files.removeLast() }
  }

  private func list(_ folder: LayerPath, below: LayerPath, into listing: inout Listing) throws {
    for node in try children(of: folder) where node.status.kind != .socket {
      let path = node.path
      let target = below.appending(path.name)
      let isKept = !isIgnored(path) && listing.exclude?.matches(target.text) != true
      let file = File(path: path, below: target, status: node.status, hostPath: node.hostPath)
      guard node.status.kind == .directory else {
        if isKept { listing.append(file) }
        continue
      }
      let isSkipped = ignore?.skipsDirectory(path.text) == true || listing.exclude?.skipsDirectory(target.text) == true
      guard !isSkipped else { continue }
      // A folder that is left out is there for the sake of what is kept in it.
      listing.append(file)
      let count = listing.files.count
      try list(path, below: target, into: &listing)
      if !isKept, listing.files.count == count { listing.removeLast() }
    }
  }

  /// What is in a folder, sorted by name.
  private func children(of folder: LayerPath) throws -> [TreeView.Node] {
    guard !isImage, tree.directories.count == 1, let top = tree.directories.first else {
      return try tree.children(of: folder) ?? []
    }
    // A folder of the machine is no overlay: its files need not be looked for from the top, one by one.
    let host = Array(top.utf8) + (folder.isRoot ? [] : [UInt8(ascii: "/")] + folder.bytes)
    let directory = try FileDescriptor.open(host, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    return try directory.names().compactMap { name in
      guard let status = try FileStatus.of(name, at: directory.raw) else { return nil }
      return TreeView.Node(
        path: folder.appending(name), status: status, hostPath: host + [UInt8(ascii: "/")] + name)
    }
  }

  private func isIgnored(_ path: LayerPath) -> Bool { ignore?.matches(path.text) ?? false }

  /// Whether anything at the path takes part in the build.
  private func isVisible(_ path: LayerPath) -> Bool {
    path.isRoot || !isIgnored(path) || ignore?.skipsDirectory(path.text) == false
  }
}

extension LayerPath {
  /// As patterns are matched with it: without a slash at either end.
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

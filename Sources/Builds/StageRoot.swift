import Glibc
import Layers
import Native
import Sandboxes
import Synchronization

/// The tree of a stage as real files, for RUNs where nothing can be mounted.
///
/// It is copied from the layers once, and kept from step to step: what other steps have added is applied before a RUN, and
/// what the RUN has changed goes into a layer after it. Nothing of it is shared with the snapshots of the cache.
final class StageRoot: Sendable {
  private struct State {
    var area: ScratchFolder?
    /// The layers that are in the tree, lowest first; nil while one is brought in or out.
    var layers: [String]?
    /// A layer that was moved out of the tree, and has to come next.
    var upper: String?
  }

  private let state = Mutex(State())

  /// Runs a command in the tree that `lower` makes, and brings what it changed into the workspace's `upper`.
  ///
  /// - Throws: as a sandbox and the cache do.
  func run(
    _ command: SandboxCommand, in sandbox: any Sandbox, over lower: [String], _ workspace: Workspace,
    _ cache: BuildCache,
    output: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
  ) async throws -> ChildProcess.Status {
    let place = try await BlockingPool.shared.run { [self] in
      let tree = try prepare(lower, cache)
      let mounts = try PlacedMounts(of: command, in: tree, aside: workspace.path, marks: cache.snapshots.marks)
      do {
        return try Place(tree: tree, mounts: mounts, snapshot: TreeSnapshot(of: tree, excluding: mounts.paths))
      } catch {
        try? mounts.takeOut()
        throw error
      }
    }
    var confined = command
    confined.mounts = []
    let status: ChildProcess.Status
    do {
      try await BlockingPool.shared.run { [confined] in try Self.makeWorkingDirectory(confined, in: place.tree) }
      status = try await sandbox.run(
        confined, on: RootFilesystem(lower: [place.tree]), workspace: workspace, output: output)
    } catch {
      try? await BlockingPool.shared.run { try place.mounts.takeOut() }
      throw error
    }
    try await BlockingPool.shared.run { [self] in
      let changes = try status == .exited(0) ? place.snapshot.changes() : []
      try place.mounts.takeOut()
      guard status == .exited(0) else { return }
      try TreeSnapshot.move(changes, from: place.tree, to: workspace.upper, marks: cache.snapshots.marks)
      state.withLock {
        $0.layers = lower
        $0.upper = workspace.upper
      }
    }
    return status
  }

  private struct Place: Sendable {
    var tree: String
    var mounts: PlacedMounts
    var snapshot: TreeSnapshot
  }

  /// Brings the tree up to `lower`; what it was made of before has to be the beginning of that, or it is made anew.
  private func prepare(_ lower: [String], _ cache: BuildCache) throws -> String {
    let before = state.withLock { state in
      let copy = state
      state.layers = nil
      return copy
    }
    var area = before.area
    var applied = before.layers ?? []
    if before.layers == nil || !lower.starts(with: applied + (before.upper.map { [$0] } ?? [])) {
      area?.remove()
      area = nil
      applied = []
    }
    let folder = try area ?? cache.makeWorkArea()
    let tree = folder.path + "/tree"
    guard mkdir(tree, 0o755) == 0 || errno == EEXIST else { throw NativeError(failed: "make \(tree)") }
    for layer in lower.dropFirst(applied.count) {
      try OverlayLayer(Array(layer.utf8), marks: cache.snapshots.marks).apply(onto: Array(tree.utf8))
    }
    // As overlayfs shows the root: it is the upper directory's.
    guard chown(tree, 0, 0) == 0, chmod(tree, 0o755) == 0 else { throw NativeError(failed: "prepare \(tree)") }
    state.withLock { $0.area = folder }
    return tree
  }

  /// As a runtime makes it where it is missing.
  private static func makeWorkingDirectory(_ command: SandboxCommand, in tree: String) throws {
    let path = try TreeView([tree]).resolve(Array(command.workingDirectory.utf8))
    for place in path.ancestors + [path] where !place.isRoot {
      let host = Array(tree.utf8) + [UInt8(ascii: "/")] + place.bytes
      guard withCPath(host, { mkdir($0, 0o755) }) == 0 || errno == EEXIST else {
        throw NativeError(failed: "make the working directory \(place)")
      }
    }
  }
}

@testable import Layers

/// Makes layers of arbitrary entries over few names, so that they meet one another; each makes sense upon those before: it
/// has its parents, and removes only what is there.
struct LayerModel {
  private var generator: SeededGenerator
  /// What the layers so far show; true for directories.
  private var tree: [LayerPath: Bool] = [:]

  init(seed: UInt64) { generator = SeededGenerator(state: seed) }

  mutating func nextLayer() -> [LayerEntry] {
    var entries: [LayerEntry] = []
    fill(.root, isMerged: true, depth: 0, &entries)
    let ordered = LayerEntry.inLayerOrder(entries)
    for entry in ordered { apply(entry) }
    return ordered
  }

  /// - Parameter isMerged: whether what the layers below have in the directory shows.
  private mutating func fill(_ directory: LayerPath, isMerged: Bool, depth: Int, _ entries: inout [LayerEntry]) {
    for name in ["a", "b", "c", "d"] {
      let path = directory.appending(Array(name.utf8))
      let mode = UInt32.random(in: 0...0o777, using: &generator) | 0o600
      let uid = UInt32.random(in: 0...2, using: &generator)
      let below = isMerged ? tree[path] : nil
      let kind: LayerEntry.Kind
      switch Int.random(in: 0..<10, using: &generator) {
      case 0, 1, 2:
        kind = .directory
        let isOpaque = Int.random(in: 0..<4, using: &generator) == 0
        if isOpaque { entries.append(LayerEntry(path: path, kind: .opaque)) }
        if depth < 3 { fill(path, isMerged: below == true && !isOpaque, depth: depth + 1, &entries) }
      case 3, 4:
        kind = .file(.bytes([UInt8](repeating: 120, count: Int.random(in: 0...2000, using: &generator))))
      case 5: kind = .symlink(target: Array((["a", "../b", "/c/d"].randomElement(using: &generator) ?? "a").utf8))
      case 6: kind = .fifo
      case 7, 8:
        guard below != nil else { continue }
        kind = .whiteout
      default: continue
      }
      entries.append(LayerEntry(path: path, kind: kind, mode: mode, uid: uid, gid: uid + 1))
    }
  }

  private mutating func apply(_ entry: LayerEntry) {
    switch entry.kind {
    case .directory:
      if tree[entry.path] == false { remove(entry.path) }
      tree[entry.path] = true
    case .opaque:
      remove(entry.path)
      tree[entry.path] = true
    case .whiteout: remove(entry.path)
    default:
      remove(entry.path)
      tree[entry.path] = false
    }
  }

  private mutating func remove(_ path: LayerPath) { tree = tree.filter { !$0.key.isWithin(path) } }
}

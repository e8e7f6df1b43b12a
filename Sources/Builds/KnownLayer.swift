import Layers
import Native
import OCI
import Synchronization

/// One layer of a tree, as far as anything is known of it without fetching it: its files where it is unpacked, its members
/// where its blob is here and small, else what builds have seen of it before.
final class KnownLayer: Sendable {
  /// What there is at a path.
  enum Found: Sendable, Equatable {
    case entry(LayerEntry)
    /// A file of which no more is known than this, and perhaps its content.
    case file(content: [UInt8]?)
  }

  enum Answer: Sendable, Equatable {
    case found(Found)
    /// The layer hides what the layers below have.
    case hidden
    /// The layer says nothing.
    case silent
  }

  private enum Form: Sendable {
    case unpacked(String)
    case members(LayerMembers)
    case seen(LayerSights)
  }

  /// Nil for one that is not written yet.
  let layer: Layer?
  private let cache: BuildCache
  private let form: Mutex<Form?>

  init(_ layer: Layer, in cache: BuildCache) {
    self.layer = layer
    self.cache = cache
    form = Mutex(nil)
  }

  /// - Parameter directory: of the unpacked layer.
  init(unpacked directory: String, in cache: BuildCache) {
    layer = nil
    self.cache = cache
    form = Mutex(.unpacked(directory))
  }

  /// Whether all of it is here.
  var isHere: Bool { if case .seen = current { false } else { true } }

  /// What the layer has at `path`; no component before the last is a link.
  ///
  /// - Throws: `.unseen` when that is not known.
  func look(at path: LayerPath) throws(LayerError) -> Answer {
    switch current {
    case .unpacked(let directory):
      let view = TreeView([], marks: cache.snapshots.marks)
      switch try view.look(for: path, in: directory) {
      case .hidden: return .hidden
      case .below: return .silent
      case .found(let node): return .found(.entry(try LayerEntry(node, in: view)))
      }
    case .members(let members):
      switch members.look(at: path) {
      case .hidden: return .hidden
      case .silent: return .silent
      case .found(let header, let content): return .found(Found(header, content, at: path))
      }
    case .seen(let sights):
      guard let answer = sights.answer(at: path) else {
        throw LayerError(
          code: .unseen, message: "nobody has looked at \(path) in \(layer?.diffID.description ?? "") yet")
      }
      return answer
    }
  }

  /// Looked for when it is first needed: most steps are answered by the layers on top.
  private var current: Form {
    form.withLock { form in
      if let form { return form }
      let found = find()
      form = found
      return found
    }
  }

  private func find() -> Form {
    guard let layer else { return .seen(LayerSights()) }
    if let directory = cache.snapshots.existing(layer.diffID) { return .unpacked(directory) }
    // One that is spoilt is found to be so when it is unpacked.
    if let members = try? LayerMembers(of: layer, in: cache.blobs) { return .members(members) }
    let own = cache.sights.sights(of: layer.diffID) ?? LayerSights()
    return .seen(own.merging(cache.remotes.present?.sights["\(layer.diffID)"] ?? LayerSights()))
  }
}

extension LayerEntry {
  /// What an unpacked layer has.
  fileprivate init(_ node: TreeView.Node, in view: TreeView) throws(LayerError) {
    let kind: LayerEntry.Kind
    switch node.status.kind {
    case .directory: kind = .directory
    case .symlink:
      do throws(NativeError) {
        kind = .symlink(target: try FileStatus.linkTarget(of: node.hostPath))
      } catch {
        throw LayerError(code: .system, message: "\(error)")
      }
    case .file: kind = .file(.path(node.hostPath))
    case .fifo, .socket: kind = .fifo
    case .characterDevice(let major, let minor): kind = .characterDevice(major: major, minor: minor)
    case .blockDevice(let major, let minor): kind = .blockDevice(major: major, minor: minor)
    }
    self.init(
      path: node.path, kind: kind, mode: node.status.mode, uid: node.status.uid, gid: node.status.gid,
      modified: node.status.modified.seconds, attributes: try view.attributes(ofHostPath: node.hostPath))
  }
}

extension KnownLayer.Found {
  fileprivate init(_ header: TarHeader, _ content: [UInt8]?, at path: LayerPath) {
    switch header.kind {
    case .directory:
      self = .entry(
        LayerEntry(
          path: path, kind: .directory, mode: header.mode, uid: header.uid, gid: header.gid, modified: header.modified,
          attributes: header.attributes.filter { !OverlayMarks.belongsToHost($0.name) }))
    case .symlink(let target):
      self = .entry(
        LayerEntry(
          path: path, kind: .symlink(target: target), mode: 0o777, uid: header.uid, gid: header.gid,
          modified: header.modified))
    default: self = .file(content: content)
    }
  }
}

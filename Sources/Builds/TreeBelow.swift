import Glibc
import Layers
import Native

/// The tree below a step, as COPY and WORKDIR see it: asked path by path, answered layer by layer, from above, by what is
/// known of each.
struct TreeBelow: LinkedTree, Sendable {
  /// Lowest first.
  let layers: [KnownLayer]
  /// Remembers what was asked for.
  let questions: TreeQuestions

  /// What is at `path`, itself and not what it points to; no component before the last may be a link. Nil when nothing is
  /// there.
  ///
  /// - Throws: `.unseen` when that is not known without the layers' files.
  func find(_ path: LayerPath) throws(LayerError) -> KnownLayer.Found? {
    questions.note(path)
    for layer in layers.reversed() {
      switch try layer.look(at: path) {
      case .found(let found): return found
      case .hidden: return nil
      case .silent: continue
      }
    }
    return nil
  }

  func place(at path: LayerPath) throws(LayerError) -> TreePlace? {
    switch try find(path) {
    case nil: nil
    case .entry(let entry):
      switch entry.kind {
      case .directory: .directory
      case .symlink(let target): .link(target: target)
      default: .other
      }
    case .file: .other
    }
  }

  /// All that a layer has of what is at `path`.
  ///
  /// - Throws: `.unseen` for a file whose content is not here.
  func entry(at path: LayerPath) throws(LayerError) -> LayerEntry? {
    switch try find(path) {
    case nil: return nil
    case .entry(let entry): return entry
    case .file: throw LayerError(code: .unseen, message: "the file \(path) is not here")
    }
  }

  /// The bytes of the file that `path` leads to; nil when there is none.
  ///
  /// - Throws: `.unseen` when they are not here.
  func read(_ path: String) throws(LayerError) -> [UInt8]? {
    let place = try resolve(Array(path.utf8))
    questions.note(place, wantsContent: true)
    switch try find(place) {
    case .entry(let entry):
      guard case .file(let source) = entry.kind else { return nil }
      return try source.content()
    case .file(let content):
      guard let content else { throw LayerError(code: .unseen, message: "the file \(place) is not here") }
      return content
    case nil: return nil
    }
  }
}

extension FileSource {
  /// The bytes of a small file.
  func content(limit: Int = 16 << 20) throws(LayerError) -> [UInt8] {
    switch self {
    case .bytes(let bytes): return bytes
    case .path(let path):
      do throws(NativeError) {
        return try FileDescriptor.open(path, O_RDONLY | O_NOFOLLOW).readAll(limit: limit)
      } catch {
        throw LayerError(code: .system, message: "\(error)")
      }
    }
  }
}

import Layers
import Native

extension LayerSights {
  /// What is recorded of a path; nil when nothing is, or nothing that makes sense.
  func answer(at path: LayerPath) -> KnownLayer.Answer? {
    guard let name = String(validating: path.bytes, as: UTF8.self) else { return nil }
    if let sight = found[name] { return sight.found(at: path).map(KnownLayer.Answer.found) }
    if silent.contains(name) { return .silent }
    return hidden.contains(name) ? .hidden : nil
  }

  /// Records an answer; one that the form has no words for is left out, and asked for again.
  ///
  /// - Parameter content: of a file, where it was asked for.
  mutating func record(_ answer: KnownLayer.Answer, at path: LayerPath, content: [UInt8]?) {
    guard let name = String(validating: path.bytes, as: UTF8.self) else { return }
    switch answer {
    case .silent: silent.append(name)
    case .hidden: hidden.append(name)
    case .found(let found): self.found[name] = Sight(found, content: content)
    }
  }

  /// Puts what was recorded into its order.
  mutating func sort() {
    silent.sort()
    hidden.sort()
  }
}

extension Sight {
  /// Nil for a folder with attributes, or a link whose target is no text.
  fileprivate init?(_ found: KnownLayer.Found, content: [UInt8]?) {
    guard case .entry(let entry) = found else {
      self.init(.file, content: content.flatMap { String(validating: $0, as: UTF8.self) })
      return
    }
    switch entry.kind {
    case .directory:
      guard entry.attributes.isEmpty else { return nil }
      self.init(.directory, mode: entry.mode, uid: entry.uid, gid: entry.gid, modified: entry.modified)
    case .symlink(let target):
      guard let text = String(validating: target, as: UTF8.self) else { return nil }
      self.init(.link, target: text)
    default: self.init(.file, content: content.flatMap { String(validating: $0, as: UTF8.self) })
    }
  }

  fileprivate func found(at path: LayerPath) -> KnownLayer.Found? {
    switch kind {
    case .file: return .file(content: content.map { Array($0.utf8) })
    case .link:
      return target.map { .entry(LayerEntry(path: path, kind: .symlink(target: Array($0.utf8)), mode: 0o777)) }
    case .directory:
      guard let mode, let uid, let gid, let modified, mode <= 0o7777 else { return nil }
      return .entry(LayerEntry(path: path, kind: .directory, mode: mode, uid: uid, gid: gid, modified: modified))
    }
  }
}

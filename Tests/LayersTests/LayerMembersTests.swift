import Native
import OCI
import Testing

@testable import Layers

struct LayerMembersTests {
  /// Every path over the model's names.
  private static let paths: [LayerPath] = {
    var all: [LayerPath] = []
    var folders = [LayerPath.root]
    for _ in 0..<4 {
      folders = folders.flatMap { folder in ["a", "b", "c", "d"].map { folder.appending(Array($0.utf8)) } }
      all += folders
    }
    return all
  }()

  @Test("a layer read from its blob answers as the unpacked one does, whatever is in it", arguments: 0..<40)
  func answers(seed: UInt64) throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    let snapshots = try SnapshotStore(directory: directory("cache"))
    var model = LayerModel(seed: seed)
    for _ in 0..<3 {
      var writer = try LayerWriter(into: store, compression: .gzip(level: 1), epoch: 1_700_000_000)
      for entry in model.nextLayer() { try writer.append(entry) }
      let layer = try writer.finish()
      let members = try #require(try LayerMembers(of: layer, in: store))
      let unpacked = try snapshots.directory(for: layer, from: store)
      let view = TreeView([unpacked])
      for path in Self.paths {
        switch (members.look(at: path), try view.look(for: path, in: unpacked)) {
        case (.hidden, .hidden), (.silent, .below): break
        case (.found(let header, _), .found(let node)):
          #expect(header.uid == node.status.uid && header.gid == node.status.gid, "\(path)")
          switch (header.kind, node.status.kind) {
          case (.directory, .directory):
            #expect(header.mode == node.status.mode && header.modified == node.status.modified.seconds, "\(path)")
          case (.symlink(let target), .symlink):
            #expect(try FileStatus.linkTarget(of: node.hostPath) == target)
          case (.file(let size), .file): #expect(size == node.status.size)
          case (.fifo, .fifo): break
          default: Issue.record("\(path): \(header.kind) is unpacked as \(node.status.kind)")
          }
        case (let one, let other): Issue.record("\(path): \(one) is unpacked as \(other)")
        }
      }
    }
  }

  @Test("the files that name users come with their content, others without")
  func content() throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    var writer = try LayerWriter(into: store, compression: .gzip(level: 1), epoch: 0)
    for (path, kind) in [
      ("etc", .directory), ("etc/group", .file(.bytes([1]))), ("etc/hosts", .file(.bytes([2]))),
    ] as [(String, LayerEntry.Kind)] {
      try writer.append(LayerEntry(path: #require(LayerPath(path)), kind: kind))
    }
    let members = try #require(try LayerMembers(of: writer.finish(), in: store))
    guard case .found(_, let group) = members.look(at: try #require(LayerPath("etc/group"))),
      case .found(_, let hosts) = members.look(at: try #require(LayerPath("etc/hosts")))
    else { Issue.record("not found"); return }
    #expect(group == [1] && hosts == nil)
  }

  @Test("a layer that lacks a folder, is large or is not here is not read; a damaged one is an error")
  func refusals() throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    var writer = try LayerWriter(into: store, compression: .gzip(level: 1), epoch: 0)
    try writer.append(LayerEntry(path: #require(LayerPath("a/b")), kind: .file(.bytes([1]))))
    let lacking = try writer.finish()
    #expect(try LayerMembers(of: lacking, in: store) == nil)
    var large = try LayerWriter(into: store, compression: .gzip(level: 1), epoch: 0)
    let noise = try RandomBytes.make(count: LayerMembers.limit.blob)
    try large.append(LayerEntry(path: #require(LayerPath("a")), kind: .file(.bytes(noise))))
    #expect(try LayerMembers(of: large.finish(), in: store) == nil)

    var whole = try LayerWriter(into: store, compression: .gzip(level: 1), epoch: 0)
    try whole.append(LayerEntry(path: #require(LayerPath("a")), kind: .file(.bytes([1]))))
    let layer = try whole.finish()
    #expect(try LayerMembers(of: layer, in: store) != nil)
    var other = layer
    other.diffID = lacking.diffID
    #expect(throws: LayerError.self) { try LayerMembers(of: other, in: store) }
    let path = store.path(of: layer.descriptor.digest)
    try AtomicFile.write([UInt8](repeating: 7, count: layer.descriptor.size), to: path)
    #expect(throws: LayerError.self) { try LayerMembers(of: layer, in: store) }
    try store.remove(layer.descriptor.digest)
    #expect(try LayerMembers(of: layer, in: store) == nil)
  }
}

import Dockerfiles
import Layers
import Native

extension StageBuilder {
  /// WORKDIR: the folder is made where the tree does not have it, and belongs to the USER.
  mutating func workdir(_ workdir: WorkdirInstruction) async throws -> BuildEvent.Outcome {
    let path = absolute(try expand(workdir.directory))
    container.workingDir = path
    let user = container.user ?? ""
    var hasher = try hasher("workdir", onto: key)
    try hasher.add([path, user])
    let (stepKey, inputs) = try hasher.finishWithInputs()
    let known = try await cached(stepKey, asks: true)
    try account(for: stepKey, inputs, isCached: known != nil)
    let record: StepRecord
    if let known {
      record = known
    } else {
      record = StepRecord(layer: try await make(path, for: user), instruction: "WORKDIR \(path)", isSeen: true)
      try keep(record, for: stepKey)
    }
    addHistory("WORKDIR \(path)", isEmpty: record.layer == nil)
    try take(record)
    return known == nil ? .done : .cached
  }

  /// Nil when the folder is there.
  private func make(_ path: String, for user: String) async throws -> Layer? {
    let entries = try await tree.look { below -> [LayerEntry]? in
      let identity = user.isEmpty ? nil : try UserDatabase(below).identity(of: user)
      var layer = CopyLayer(below: below, owner: identity.map { .init(uid: $0.uid, gid: $0.gid) } ?? .root)
      let target = try layer.resolve(path)
      if try layer.isDirectory(target) == true { return nil }
      try layer.makeDirectories(target)
      return layer.entries
    }
    guard let entries else { return nil }
    return try await writeLayer(entries)
  }
}

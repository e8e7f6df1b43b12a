import Images

/// What `diff --json` prints. The names of the fields are stable.
struct DifferenceReport: Encodable {
  struct Config: Encodable {
    var field: String
    var before: String?
    var after: String?
  }

  struct Package: Encodable {
    var manager: String
    var name: String
    var before: String?
    var after: String?
  }

  struct File: Encodable {
    var path: String
    var change: String
    var differs: [String]
    var before: State?
    var after: State?
  }

  struct State: Encodable {
    var type: String
    var mode: String
    var uid: UInt32
    var gid: UInt32
    var size: Int
    var target: String?

    init(_ node: ImageTree.Node) {
      type = node.kind.name
      mode = "0" + String(node.mode, radix: 8)
      uid = node.uid
      gid = node.gid
      size = node.size
      if case .symlink(let target) = node.kind { self.target = target.printableName }
    }
  }

  var config: [Config]
  var packages: [Package]
  var files: [File]

  init(_ difference: ImageDifference) {
    config = difference.config.map { Config(field: $0.field, before: $0.before, after: $0.after) }
    packages = difference.packages.map {
      Package(manager: $0.package.manager.rawValue, name: $0.package.name, before: $0.before, after: $0.after)
    }
    files = difference.files.map { change in
      File(
        path: "/" + change.path.bytes.printableName,
        change: change.before == nil ? "added" : change.after == nil ? "removed" : "changed",
        differs: change.aspects.map(\.rawValue), before: change.before.map { State($0) },
        after: change.after.map { State($0) })
    }
  }
}

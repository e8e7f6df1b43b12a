import Recipes
import Testing

@testable import Rosters

/// A roster like that of this repository, made by hand, for tests to vary.
enum SampleRoster {
  static let lockPath = "images/requirements.lock"

  static var roster: Roster {
    Roster(
      project: "jupyterhub",
      aws: AWSSettings(region: "us-east-1"),
      registry: RegistrySettings(repository: "jupyterhub/{group}", tag: "{version}"),
      base: .bootstrap(distribution: "debian", suite: "trixie", mirror: nil),
      image: ImageSettings(
        compression: .zstd, apt: [], python: lockPath, r: ["ggplot2", "dplyr", "devtools"]),
      notebooks: S3Location(bucket: "team-notebooks", prefix: "notebooks/{group}"),
      groups: [
        group("pii", description: "may read personal data"),
        group("nonpii", description: "may not read personal data"),
      ],
      users: [
        user("user1", 2001, "pii", admin: true),
        user("user2", 2002, "pii"),
        user("user3", 2003, "nonpii"),
        user("user4", 2004, "nonpii"),
      ])
  }

  static func group(_ name: String, description: String?) -> Group {
    Group(
      name: name, description: description, data: [S3Location(bucket: "datalake", prefix: name)], apt: [], r: [],
      task: TaskSettings(
        family: "jhpoc\(name)", role: name, executionRole: "\(name)-execution", cpu: 1024, memory: 2048, port: 8000))
  }

  static func user(_ name: String, _ uid: Int, _ group: String, admin: Bool = false) -> User {
    User(name: name, uid: uid, groups: [group], admin: admin, fullName: nil)
  }

  /// A lock file of one package, for tests that do not care which.
  static func lock() throws -> PythonLock {
    try PythonLock(
      path: lockPath, bytes: Array("jupyterhub==6.1.1 --hash=sha256:\(String(repeating: "a", count: 64))\n".utf8))
  }

  /// The recipe of the named group, `pii` unless told otherwise.
  static func recipe(
    _ roster: Roster = roster, group name: String = "pii", lock: PythonLock? = nil
  ) throws -> Recipe {
    let group = try #require(roster.group(named: name))
    return try Recipe(
      roster: roster, group: group, lock: lock ?? Self.lock())
  }
}

extension Recipe {
  func file(_ path: String) throws -> RecipeFile {
    try #require(files.first { $0.path == path }, "\(path) is not generated")
  }

  func text(_ path: String) throws -> String {
    try #require(String(validating: file(path).bytes, as: UTF8.self))
  }

  func dockerfile() throws -> String { try text("Dockerfile") }
}

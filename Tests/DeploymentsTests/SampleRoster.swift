@testable import Rosters

/// The repository's own users.yaml, as its reader has it.
enum SampleRoster {
  static let roster = Roster(
    project: "jupyterhub", aws: AWSSettings(region: "us-east-1"),
    registry: RegistrySettings(repository: "jupyterhub/{group}", tag: "{version}"),
    base: .bootstrap(distribution: "debian", suite: "trixie", mirror: nil),
    image: ImageSettings(compression: .zstd, apt: [], python: nil, r: ["ggplot2", "dplyr", "devtools"]),
    notebooks: S3Location(bucket: "team-notebooks", prefix: "notebooks/{group}"),
    groups: [group("pii"), group("nonpii")],
    users: [
      User(name: "user1", uid: 2001, groups: ["pii"], admin: true, fullName: nil),
      User(name: "user3", uid: 2003, groups: ["nonpii"], admin: false, fullName: nil),
    ])

  static func group(_ name: String) -> Group {
    Group(
      name: name, description: nil, data: [S3Location(bucket: "datalake", prefix: name)], apt: [], r: [],
      task: TaskSettings(
        family: "jhpoc\(name)", role: name, executionRole: "ecsTaskExecutionRole", cpu: 1024, memory: 2048, port: 8000))
  }

  static func image(_ group: String, _ digit: Character = "a") -> String {
    "123456789012.dkr.ecr.us-east-1.amazonaws.com/jupyterhub/\(group)@sha256:" + String(repeating: digit, count: 64)
  }
}

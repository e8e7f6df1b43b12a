import Foundation
import Testing

@testable import Rosters

/// The roster at the top of this repository.
@Suite struct RepositoryRosterTests {
  private func text() throws -> String {
    try String(contentsOf: Sample.repository.appending(path: "users.yaml"), encoding: .utf8)
  }

  @Test func readsAsMeant() throws {
    let roster = try RosterReader().read(try text())
    func group(_ name: String, _ description: String) -> Group {
      Group(
        name: name, description: description, data: [S3Location(bucket: "datalake", prefix: name)], apt: [], r: [],
        task: TaskSettings(
          family: "jhpoc\(name)", role: name, executionRole: "jupyterhub-\(name)-execution", cpu: 1024, memory: 2048,
          port: 8000))
    }
    func user(_ number: Int, _ group: String, admin: Bool = false) -> User {
      User(name: "user\(number)", uid: 2000 + number, groups: [group], admin: admin, fullName: nil)
    }
    #expect(
      roster
        == Roster(
          project: "jupyterhub", aws: AWSSettings(region: "us-east-1"),
          registry: RegistrySettings(repository: "jupyterhub/{group}", tag: "{version}"),
          cache: CacheSettings(repository: "jupyterhub/cache", tag: "cache", mounts: false),
          base: .bootstrap(distribution: "debian", suite: "trixie", mirror: nil),
          image: ImageSettings(
            compression: .zstd, apt: [], python: "images/requirements.lock", r: ["ggplot2", "dplyr", "devtools"]),
          notebooks: S3Location(bucket: "team-notebooks", prefix: "notebooks/{group}"),
          groups: [
            group("pii", "may read personal data"), group("nonpii", "may not read personal data"),
          ],
          users: [user(1, "pii", admin: true), user(2, "pii"), user(3, "nonpii"), user(4, "nonpii")]))
    #expect(roster.notebooks(of: roster.groups[1])?.description == "s3://team-notebooks/notebooks/nonpii")
  }

  @Test func smallestRosterHasTheDefaults() throws {
    let roster = try RosterReader().read("project: lab\ngroups: {blue: }\nusers: {ada: {uid: 2001, groups: [blue]}}")
    #expect(
      roster
        == Roster(
          project: "lab", aws: AWSSettings(region: nil),
          registry: RegistrySettings(repository: "lab/{group}", tag: "{version}"),
          base: .bootstrap(distribution: "debian", suite: "trixie", mirror: nil),
          image: ImageSettings(compression: .zstd, apt: [], python: nil, r: []), notebooks: nil,
          groups: [
            Group(
              name: "blue", description: nil, data: [], apt: [], r: [],
              task: TaskSettings(
                family: "lab-blue", role: "lab-blue", executionRole: "lab-blue-execution", cpu: 1024, memory: 2048,
                port: 8000))
          ],
          users: [User(name: "ada", uid: 2001, groups: ["blue"], admin: false, fullName: nil)]))
  }

  /// Everything that is wrong comes out of one reading, in the order of the lines.
  @Test func severalProblemsAtOnce() throws {
    let text = try text()
      .replacing("region:", with: "regoin:").replacing("uid: 2002, groups: [pii]", with: "uid: 2001, groups: [pi]")
      .replacing("s3://datalake/nonpii/", with: "s3://datalake/pii/raw/").replacing("uid: 2004", with: "uid: 12")
      .replacing("user3:", with: "root:").replacing(
        "family: jhpocpii, role: pii, cpu: 1", with: "family: jhpocpii, cpu: 2")
    let error = try #require(throws: RosterError.self) { try RosterReader().read(text) }
    #expect(error.code == .invalid)
    #expect(
      error.message == """
        users.yaml:4:3: error: unknown key "regoin" in aws
          hint: did you mean "region"?
        users.yaml:20:51: error: Fargate has no task with 2 vCPU and 2 GB
          hint: with 2 vCPU, memory is 4 GB to 16 GB in steps of 1 GB
        users.yaml:23:12: error: "s3://datalake/pii/raw" overlaps pii's "s3://datalake/pii" (line 19)
          hint: a group's data must lie apart from every other group's
        users.yaml:27:16: error: uid 2001 is already user1's (line 26)
          hint: the next free uid is 2004
        users.yaml:27:31: error: nobody defines the group "pi"
          hint: did you mean "pii"?
        users.yaml:28:3: error: "root" is already a user or group of the system
          hint: choose another name
        users.yaml:29:16: error: uid 12 is below 1000: those are the system's
          hint: the next free uid is 2005
        """)
  }

  /// What follows from a problem that was already reported is not reported too.
  @Test(arguments: [
    ("users: {ada: {uid: 2001, groups: [blu]}}", #"nobody defines the group "blu""#),
    ("users: {ada: {uid: 2001, groups: blue}}", "users.ada.groups must be a list"),
    ("users: {ada: 2001}", "users.ada must be keys and values, not a single value"),
    ("users: []", "users must be names with what belongs to them, not a list"),
    ("users: {}", "users is empty"),
  ])
  func followingProblemsAreLeftOut(users: String, message: String) {
    #expect(Sample.problems("project: lab\ngroups: {blue: }\n\(users)").map(\.message) == [message])
  }

  @Test(.timeLimit(.minutes(5))) func aThousandPeople() throws {
    let groups = (0..<50).map { "  g\($0): {data: ['s3://lake/g\($0)/']}" }
    let users = (0..<1000).map { "  u\($0): {uid: \(2001 + $0), groups: [g\($0 % 50)]}" }
    let text = "project: lab\ngroups:\n\(groups.joined(separator: "\n"))\nusers:\n\(users.joined(separator: "\n"))\n"
    let roster = try RosterReader().read(text)
    #expect(roster.users.count == 1000)
    #expect(roster.members(of: roster.groups[7]).count == 20)
  }

  @Test func namesMadeOfLongNames() {
    let long = "a" + String(repeating: "b", count: 31)
    let text = """
      project: \(long)
      notebooks: s3://\(long)-{group}/work
      groups: {\(long): }
      users: {ada: {uid: 2001, groups: [\(long)]}}
      """
    #expect(
      Sample.problems(text).map { "\($0.line):\($0.column) \($0.message)" } == [
        "2:12 the bucket of \(long)'s notebooks would have a name longer than 63",
        "3:10 the role's name \"\(long)-\(long.prefix(27))…\" would be longer than 64",
        "3:10 the role's name \"\(long)-\(long.prefix(27))…\" would be longer than 64",
      ])
  }
}

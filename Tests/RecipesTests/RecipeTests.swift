import Foundation
import Testing

@testable import Recipes
@testable import Rosters

@Suite struct RecipeTests {
  @Test func hasTheseFilesWithTheseModes() throws {
    let files = try SampleRoster.recipe().files
    #expect(
      files.map { "\($0.path) \(String($0.mode.rawValue, radix: 8))" } == [
        "Dockerfile 644", "accounts/group 644", "accounts/passwd 644", "accounts/shadow 644", "files/apt-install 755",
        "files/entrypoint 755", "files/jupyter_server_config.py 644", "files/jupyterhub_config.py 644",
        "files/pam-jupyterhub 644", "files/requirements.lock 644",
      ])
  }

  @Test func sameRosterSameBytes() throws {
    #expect(try SampleRoster.recipe() == SampleRoster.recipe())
  }

  /// Whole Dockerfiles as they should be, for rosters that use what this repository's own does not.
  @Test(arguments: ["own-packages", "image-base"])
  func dockerfileIs(_ fixture: String) throws {
    var roster = SampleRoster.roster
    var lock: PythonLock? = try SampleRoster.lock()
    switch fixture {
    case "own-packages":
      roster.image.apt = ["git", "nano"]
      roster.image.compression = .gzip
      roster.groups[0].apt = ["git", "postgresql-client"]
      roster.groups[0].r = ["RPostgreSQL", "dplyr", "stats"]
      roster.groups[0].task.port = 9000
    default:
      roster.base = .image("registry.example.com/team/hub@sha256:\(String(repeating: "0", count: 64))")
      roster.image.python = nil
      roster.image.r = []
      roster.groups[0].description = nil
      lock = nil
    }
    let recipe = try Recipe(
      roster: roster, group: roster.groups[0], lock: lock)
    let expected = try String(contentsOf: Place.fixtures.appending(path: "\(fixture).Dockerfile"), encoding: .utf8)
    let drift = try UnifiedDiff(
      old: expected, new: recipe.dockerfile(), oldName: "Fixtures/\(fixture).Dockerfile", newName: "generated")
    #expect(drift.description == "")
  }

  @Test func groupsShareEveryLineUpToTheirOwnPart() throws {
    var roster = SampleRoster.roster
    roster.groups[0].apt = ["postgresql-client"]
    roster.groups[0].task.port = 9000
    let pii = try SampleRoster.recipe(roster, group: "pii")
    let nonpii = try SampleRoster.recipe(roster, group: "nonpii")
    let border = "# ---- To here every group has the same lines"
    let shared = try pii.dockerfile().components(separatedBy: border)
    let other = try nonpii.dockerfile().components(separatedBy: border)
    try #require(shared.count == 2 && other.count == 2)
    #expect(shared[0] == other[0])
    #expect(shared[0].contains("ENTRYPOINT"))
    #expect(!shared[1].contains("COPY --chmod=0755") && !shared[1].contains("files/"))
    for file in pii.files where file.path.hasPrefix("files/") {
      #expect(try file == nonpii.file(file.path))
    }
  }

  @Test func accountsAreTheLastInstructions() throws {
    let instructions = try SampleRoster.recipe().dockerfile().split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(
      instructions.suffix(2) == [
        "COPY --chmod=0644 accounts/passwd accounts/group /var/lib/extrausers/",
        "COPY --chmod=0640 --chown=0:42 accounts/shadow /var/lib/extrausers/",
      ])
  }

  @Test func namesNoUserOutsideAccounts() throws {
    let recipe = try SampleRoster.recipe(lock: Place.lock())
    for file in recipe.files where !file.path.hasPrefix("accounts/") {
      let text = try recipe.text(file.path)
      for user in SampleRoster.roster.users where file.path != "files/entrypoint" {
        #expect(!text.contains(user.name), "\(file.path) names \(user.name)")
      }
    }
    #expect(try recipe.text("accounts/passwd").contains("user1:x:2001:2001:"))
    #expect(try !recipe.text("accounts/passwd").contains("user3"))
  }

  @Test func holdsNothingThatLooksLikeASecret() throws {
    let patterns = [
      #"(AKIA|ASIA)[0-9A-Z]{16}"#, #"(?i)(secret_access_key|access_key_id|password|session_token)\s*[=:]\s*['"]?\w"#,
      #"\$(y|6|5|2b|1)\$[./0-9A-Za-z]+\$[./0-9A-Za-z]{8,}"#, "-----BEGIN [A-Z ]*PRIVATE KEY-----",
    ]
    let recipe = try SampleRoster.recipe(lock: Place.lock())
    for file in recipe.files {
      let text = try recipe.text(file.path)
      for pattern in patterns {
        #expect(text.range(of: pattern, options: .regularExpression) == nil, "\(file.path) matches \(pattern)")
      }
    }
    for line in try recipe.text("accounts/shadow").split(separator: "\n") {
      #expect(line.split(separator: ":")[1] == "!")
    }
  }

  @Test func needsNothingOfWhereNotebooksAre() throws {
    var roster = SampleRoster.roster
    roster.notebooks = nil
    #expect(try SampleRoster.recipe(roster) == SampleRoster.recipe())
  }

  @Test func adminOfNobodyChangesOnlyAccounts() throws {
    var roster = SampleRoster.roster
    roster.users[0].admin = false
    let changed = try zip(SampleRoster.recipe(roster).files, SampleRoster.recipe().files).filter { $0 != $1 }
    #expect(changed.map(\.0.path) == ["accounts/group"])
  }

  @Test func descriptionCannotLeaveItsComment() throws {
    var roster = SampleRoster.roster
    roster.groups[0].description = "first\nRUN evil\r\n\u{2028}third {{port}}"
    let text = try SampleRoster.recipe(roster).dockerfile()
    #expect(text.contains("\n# The group pii: first RUN evil third {{port}}\n"))
  }

  @Test func otherDistributionsHaveTheirImage() throws {
    var roster = SampleRoster.roster
    roster.base = .bootstrap(distribution: "ubuntu", suite: "noble", mirror: "http://mirror.example.com/ubuntu")
    let text = try SampleRoster.recipe(roster).dockerfile()
    #expect(text.contains("\nARG BASE_IMAGE=docker.io/library/ubuntu:noble\n"))
    #expect(!text.contains("mirror.example.com"))
  }

  @Test func anImageWithoutAHubIsRefused() throws {
    var roster = SampleRoster.roster
    let other = try PythonLock(
      path: SampleRoster.lockPath, bytes: Array("numpy==2.0 --hash=sha256:\(String(repeating: "a", count: 64))".utf8))
    for lock in [nil, other] {
      roster.image.python = lock?.path
      let error = #expect(throws: RecipeError.self) {
        try Recipe(roster: roster, group: roster.groups[0], lock: lock)
      }
      #expect(error?.code == .lock)
      #expect(error?.hint != nil)
    }
    roster.base = .image("example.com/hub:1")
    roster.image.python = nil
    #expect(throws: Never.self) { try Recipe(roster: roster, group: roster.groups[0], lock: nil) }
  }

  @Test func anotherLockFileThanTheRostersIsRefused() throws {
    var roster = SampleRoster.roster
    roster.base = .image("example.com/hub:1")
    let other = try PythonLock(path: "other.lock", bytes: SampleRoster.lock().bytes)
    for lock in [nil, other] {
      let error = #expect(throws: RecipeError.self) {
        try Recipe(roster: roster, group: roster.groups[0], lock: lock)
      }
      #expect(error?.code == .lock)
      #expect(error?.message.contains(SampleRoster.lockPath) == true)
    }
  }
}

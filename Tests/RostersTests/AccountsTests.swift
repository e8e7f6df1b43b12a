import Testing

@testable import Rosters

@Suite struct AccountsTests {
  private func accounts(_ group: String) throws -> Accounts {
    let roster = try RosterReader().read(try Sample.text())
    return Accounts(of: try #require(roster.group(named: group)), in: roster)
  }

  @Test func filesOfAGroup() throws {
    let accounts = try accounts("blue")
    #expect(
      accounts.passwd == """
        ada:x:2001:2001:Ada Lovelace:/home/ada:/bin/bash
        bob:x:2002:2002::/home/bob:/bin/bash

        """)
    #expect(
      accounts.group == """
        ada:x:2001:
        bob:x:2002:
        jupyter-users:x:59998:ada,bob
        jupyter-admins:x:59999:ada

        """)
    #expect(accounts.shadow == "ada:!:::::::\nbob:!:::::::\n")
  }

  @Test func adminsGroupIsThereWithoutAdmins() throws {
    #expect(try accounts("green").group.hasSuffix("jupyter-users:x:59998:bob,eve\njupyter-admins:x:59999:\n"))
  }

  @Test func orderIsThatOfTheIDs() throws {
    let text = try Sample.text().replacing("uid: 2001", with: "uid: 2009")
    let roster = try RosterReader().read(text)
    #expect(Accounts(of: roster.groups[0], in: roster).members.map(\.name) == ["bob", "ada"])
  }

  /// No id that a roster may give is one of the hub's own groups.
  @Test func idsCannotCollide() {
    #expect(!UserID.people.contains(Accounts.usersGroup.gid))
    #expect(!UserID.people.contains(Accounts.adminsGroup.gid))
  }

  private static let hash =
    "$y$j9T$" + String(repeating: "a", count: 22) + "$" + String(repeating: "Z", count: 43)

  @Test func hashesUnlockMembersOnly() throws {
    let shadow = try accounts("blue").shadow(hashes: ["ada": Self.hash, "eve": Self.hash])
    #expect(shadow == "ada:\(Self.hash):::::::\nbob:!:::::::\n")
  }

  @Test(arguments: ["", "*", "hunter2", "x:0:0", "\(hash)\nroot:\(hash)", "$6$salt$aaaaaaaaaaaaaaaaaaaa"])
  func whatIsNoHashIsRefused(_ hash: String) throws {
    let accounts = try accounts("blue")
    let error = try #require(throws: RosterError.self) { try accounts.shadow(hashes: ["ada": hash]) }
    #expect(error.code == .hash)
    #expect(error.message == "what is given as ada's password hash is not a yescrypt hash")
  }
}

import Testing

@testable import imagesmith

struct SourceVersionTests {
  private let commit = "0123456789abcdef0123456789abcdef01234567"

  @Test("a commit from which nothing differs is the version")
  func clean() {
    #expect(
      SourceVersion.commit(ofStatus: "# branch.oid \(commit)\n# branch.head main\n# branch.ab +0 -0\n")
        == "0123456789ab")
  }

  @Test(
    "changes, new files, no commit yet, and what is no status: none is",
    arguments: [
      "# branch.oid 0123456789abcdef0123456789abcdef01234567\n1 .M N... 100644 100644 100644 aa bb users.yaml\n",
      "# branch.oid 0123456789abcdef0123456789abcdef01234567\n? new\n", "# branch.oid (initial)\n# branch.head main\n",
      "", "# branch.head main\n", "# branch.oid 0123\n",
    ])
  func dirty(status: String) {
    #expect(SourceVersion.commit(ofStatus: status) == nil)
  }
}

import Foundation
import Testing

@testable import Recipes

@Suite struct UnifiedDiffTests {
  private func diff(_ old: String, _ new: String) -> String {
    UnifiedDiff(old: old, new: new, oldName: "a", newName: "b").description
  }

  @Test func equalTextsHaveNone() {
    #expect(diff("", "") == "")
    #expect(diff("x\n", "x\n") == "")
  }

  @Test func showsThreeLinesOfContext() {
    let old = (1...20).map { "\($0)\n" }.joined()
    #expect(
      diff(old, old.replacing("10\n", with: "ten\n")) == """
        --- a
        +++ b
        @@ -7,7 +7,7 @@
         7
         8
         9
        -10
        +ten
         11
         12
         13

        """)
  }

  @Test func nearChangesShareAHunkAndFarOnesDoNot() {
    let old = (1...30).map { "\($0)\n" }.joined()
    let near = diff(old, old.replacing("10\n", with: "").replacing("16\n", with: ""))
    let far = diff(old, old.replacing("10\n", with: "").replacing("18\n", with: ""))
    #expect(near.components(separatedBy: "\n@@").count == 2)
    #expect(far.components(separatedBy: "\n@@").count == 3)
    #expect(far.contains("@@ -15,7 +14,6 @@"))
  }

  @Test func emptySidesNameTheLineBefore() {
    #expect(diff("", "x\n") == "--- a\n+++ b\n@@ -0,0 +1 @@\n+x\n")
    #expect(diff("x\ny\n", "") == "--- a\n+++ b\n@@ -1,2 +0,0 @@\n-x\n-y\n")
  }

  @Test func tellsOfAMissingLastNewline() {
    #expect(diff("x", "x\n") == "--- a\n+++ b\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n")
  }

  @Test func comparesBytesAndNotCharacters() {
    #expect(diff("\u{e9}\n", "e\u{301}\n") != "")
    #expect(diff("a\r\nb\n", "a\nb\n").contains("-a\r\n+a\n b\n"))
  }

  /// The first line of a file may look like a header of the diff, and random texts repeat lines: patch(1) must make the
  /// new text of the old one all the same.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/patch")))
  func patchAppliesIt() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "diff-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var state: UInt64 = 42
    func random(_ bound: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % bound)
    }
    func text() -> String {
      let lines = (0..<random(40)).map { _ in ["a", "b", "", "-- c", "++ d"][random(5)] }.joined(separator: "\n")
      return lines + (random(2) == 0 || lines.isEmpty ? "" : "\n")
    }
    for round in 0..<25 {
      let (old, new) = (text(), text())
      let file = folder.appending(path: "\(round)")
      try Data(old.utf8).write(to: file)
      let change = diff(old, new)
      guard !change.isEmpty else { continue }
      let patch = folder.appending(path: "\(round).patch")
      try Data(change.utf8).write(to: patch)
      let run = try Command.run("/usr/bin/patch", "--silent", "--fuzz=0", file.path, patch.path)
      try #require(run.status == 0, "\(run.errors)\n\(change)")
      let patched = FileManager.default.contents(atPath: file.path) ?? Data()  // patch deletes what becomes empty
      #expect(patched == Data(new.utf8))
    }
  }
}

import Testing

@testable import Recipes

@Suite struct PythonLockTests {
  private let hash = "--hash=sha256:" + String(repeating: "a", count: 64)

  private func lock(_ text: String) throws -> PythonLock {
    try PythonLock(path: "x.lock", bytes: Array(text.utf8))
  }

  @Test func readsThisRepositorysOwn() throws {
    let lock = try Place.lock()
    #expect(lock.packages.isSuperset(of: ["jupyterhub", "jupyterlab", "s3contents", "awscli"]))
  }

  @Test func joinsContinuedLinesAndLeavesCommentsOut() throws {
    let text = """
      # made by a tool
      Jupyter_Hub[extra]==6.1.1 ; python_version > "3" \\
          \(hash) \\
          \(hash)  # via nothing

      zope.interface==7 \(hash)\r
          # via another
      """
    #expect(try lock(text).packages == ["jupyter-hub", "zope-interface"])
  }

  @Test(arguments: [
    ("jupyterhub==6.1.1", 1), ("\njupyterhub>=6 HASH", 2), ("a==1 HASH\n\nb==1 \\\n  # HASH\n", 3),
    ("--index-url https://x/?a==b HASH", 1), ("git+https://example.com/x.git HASH", 1), ("jupyterhub==6 \\", 1),
  ])
  func refusesWhatIsNotPinned(_ text: String, _ line: Int) {
    let error = #expect(throws: RecipeError.self) { try lock(text.replacing("HASH", with: hash)) }
    #expect(error?.code == .lock)
    #expect(error?.message.hasPrefix("x.lock:\(line): ") == true)
  }

  @Test func refusesAnEmptyFileAndWhatIsNoText() {
    #expect(throws: RecipeError.self) { try lock("# nothing\n") }
    #expect(throws: RecipeError.self) { try PythonLock(path: "x.lock", bytes: [0xff, 0xfe]) }
  }
}

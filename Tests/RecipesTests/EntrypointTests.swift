import Foundation
import Testing

/// Runs the entrypoint itself, with its folder of accounts moved and with stand-ins for what only a container has.
@Suite struct EntrypointTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "entrypoint-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder.appending(path: "bin"), withIntermediateDirectories: true)
    try write("bin/chown", "#!/bin/sh\n[ \"$1\" = root:shadow ]\n", mode: 0o755)
    try write("bin/tini", "#!/bin/sh\necho \"$*\"\nenv\n", mode: 0o755)
    try write("passwd", "user1:x:2001:2001::/home/user1:/bin/bash\nuser2:x:2002:2002::/home/user2:/bin/bash\n")
    try write("shadow", "user1:!:::::::\nuser2:!:::::::\n")
    let script = try String(contentsOf: Place.templates.appending(path: "entrypoint"), encoding: .utf8)
    let moved = script.replacing("accounts=/var/lib/extrausers\n", with: "accounts='\(folder.path)'\n")
    try #require(moved != script)
    try write("entrypoint", moved)
  }

  private func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
    let path = folder.appending(path: name).path
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  private func start(_ hashes: String?) throws -> Command {
    var environment = ["PATH": "\(folder.appending(path: "bin").path):/usr/sbin:/usr/bin:/sbin:/bin", "KEPT": "yes"]
    environment["IMAGESMITH_SHADOW"] = hashes
    return try Command.run(
      "/bin/sh", folder.appending(path: "entrypoint").path, "jupyterhub", "-f", "config.py", environment: environment)
  }

  private func shadow() throws -> String {
    try String(contentsOf: folder.appending(path: "shadow"), encoding: .utf8)
  }

  /// Nothing but what was there before: no half-written file stays behind.
  private func leavesNothingBehind() throws -> Bool {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      == ["bin", "entrypoint", "passwd", "shadow"]
  }

  private func clean() { try? FileManager.default.removeItem(at: folder) }

  @Test func unlocksWhoHasALine() throws {
    defer { clean() }
    let run = try start("user1:$y$j9T$salt$hash\r\n\nsomebody:$6$salt$hash")
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("-g -- jupyterhub -f config.py\n"))
    #expect(run.output.contains("\nKEPT=yes\n"))
    #expect(!run.output.contains("IMAGESMITH_SHADOW"))
    #expect(run.errors == "entrypoint: somebody has no account in this image: left out\n")
    #expect(try shadow() == "user1:$y$j9T$salt$hash:::::::\nuser2:!:::::::\n")
    let mode = try FileManager.default.attributesOfItem(atPath: folder.appending(path: "shadow").path)[
      .posixPermissions]
    #expect(mode as? NSNumber == 0o640)
    #expect(try leavesNothingBehind())
  }

  @Test func takesWholeLinesOfShadow() throws {
    defer { clean() }
    let run = try start("user2:$6$rounds=5000$salt$hash:20000:0:90:7::21000:\nuser1:!:::::::\n")
    #expect(run.status == 0)
    #expect(run.errors == "")
    #expect(try shadow() == "user1:!:::::::\nuser2:$6$rounds=5000$salt$hash:20000:0:90:7::21000:\n")
  }

  @Test func whoLosesTheLineIsLockedAtTheNextStart() throws {
    defer { clean() }
    _ = try start("user1:$y$j9T$salt$hash\nuser2:$y$j9T$salt$hash")
    _ = try start("user2:$y$j9T$salt$other")
    #expect(try shadow() == "user1:!:::::::\nuser2:$y$j9T$salt$other:::::::\n")
  }

  @Test(arguments: [nil, ""])
  func withoutHashesEveryAccountStaysLocked(_ hashes: String?) throws {
    defer { clean() }
    let run = try start(hashes)
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("-g -- jupyterhub"))
    #expect(run.errors == "entrypoint: IMAGESMITH_SHADOW is not set: every account is locked and nobody can log in\n")
    #expect(try shadow() == "user1:!:::::::\nuser2:!:::::::\n")
  }

  @Test(arguments: [
    "hunter2", "user2:hunter2", "user2:", "user2::::::::", "user2:$y$j9T$hunter2:1", "$y$j9T$salt$hunter2:x",
    "user2:$1$salt$hunter2", "user2:$y$j9T$salt$hunter2 ", "user1:$y$j9T$salt$hunter2", "user2 hunter2:!",
    "user2:!hunter2",
  ])
  func refusesEveryOtherLineWithoutShowingIt(_ line: String) throws {
    defer { clean() }
    let run = try start("user1:$y$j9T$salt$hash\n\(line)")
    #expect(run.status == 78)
    #expect(run.output == "")
    #expect(run.errors.hasPrefix("entrypoint: IMAGESMITH_SHADOW, line 2: "))
    #expect(run.errors.hasSuffix("entrypoint: no password is set and the hub is not started\n"))
    #expect(!run.errors.contains("hunter2") && !run.errors.contains("$y$"))
    #expect(try shadow() == "user1:!:::::::\nuser2:!:::::::\n")
    #expect(try leavesNothingBehind())
  }
}

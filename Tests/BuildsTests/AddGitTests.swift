import Foundation
import TestServers
import Testing

@testable import Builds

/// ADD of git repositories, served by git itself on loopback.
@Suite(.enabled(if: geteuid() == 0 && access("/usr/bin/git", X_OK) == 0, "needs git"))
struct AddGitTests {
  let folder: TemporaryFolder
  let server: PythonServer

  init() throws {
    folder = try TemporaryFolder()
    server = try PythonServer(CorpusCase.fixtures + "/remotes.py", [folder.path])
    let script = """
      set -eu
      export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
      cd "$1"
      git init -q -b main work && cd work
      mkdir sub && echo one >file && echo inner >sub/inner && printf '#!/bin/sh\\n' >run && chmod 755 run && ln -s sub/inner link
      ln -s / sub/out
      git add . && git commit -qm one && git tag -a -m tagged v1
      git checkout -q -b other && echo two >file && git commit -qam two && git checkout -q main
      echo three >file && git commit -qam three
      git clone -q --bare . ../repo.git
      """
    let made = try Shell.run(["sh", "-c", script, "sh", folder.path])
    try #require(made.code == 0, "\(made.output)")
  }

  private var url: String { "\(server.url)/git/repo.git" }

  private func commit(_ name: String) throws -> String {
    try Shell.run(["git", "-C", folder.path + "/repo.git", "rev-parse", name]).output.filter(\.isHexDigit)
  }

  @Test("HEAD, a branch, a tag, a commit, a folder; modes and links as committed, without .git")
  func references() async throws {
    let made = try await Workbench().build(
      """
      FROM scratch
      ADD \(url) /head
      ADD \(url)#other /branch/
      ADD \(url)#v1 /tag
      ADD \(url)?commit=\(try commit("other")) /commit
      ADD --chown=5:6 \(url)?branch=main&subdir=sub /folder
      ADD --keep-git-dir=true \(url)#refs/heads/main /kept
      """)
    #expect(try await made.text("/head/file") == "three\n")
    #expect(try await made.status("/head/run")?.mode == 0o755)
    #expect(try await made.status("/head/file")?.mode == 0o644)
    #expect(try await made.status("/head/link")?.kind == .symlink)
    #expect(try await made.status("/head/.git") == nil)
    #expect(try await made.text("/branch/file") == "two\n")
    #expect(try await made.text("/tag/file") == "one\n")
    #expect(try await made.text("/commit/file") == "two\n")
    #expect(try await made.text("/folder/inner") == "inner\n")
    #expect(try await made.status("/folder/inner")?.uid == 5)
    #expect(try await made.status("/kept/.git/HEAD") != nil)
  }

  @Test("a commit that has not moved comes from the cache, without fetching; one that has is made anew")
  func cached() async throws {
    let bench = try Workbench()
    let file = "FROM scratch\nADD \(url)#main /x\n"
    let first = try await bench.build(file)
    let second = try await bench.build(file)
    #expect(second.cached.contains(2) && second.image == first.image)
    let moved = try Shell.run([
      "git", "-C", folder.path + "/repo.git", "update-ref", "refs/heads/main", try commit("v1^{}"),
    ])
    #expect(moved.code == 0)
    #expect(try await bench.build(file).cached.contains(2) == false)
  }

  @Test("a checksum of the commit")
  func checksum() async throws {
    let bench = try Workbench()
    _ = try await bench.build("FROM scratch\nADD --checksum=\(try commit("v1^{}")) \(url)#v1 /x\n")
    let error = try await bench.failure("FROM scratch\nADD --checksum=\(try commit("other")) \(url)#v1 /x\n")
    #expect(error.code == .input && error.message.contains("is at commit"))
  }

  @Test(
    "what is not there, and a folder that leads out",
    arguments: [
      ("#nothing", "has no branch or tag nothing"), ("#main:none", "has no folder none"),
      ("#main:file", "has no folder file"),
      ("?what=1", "which says nothing"), ("?ref=a#b", "names two of ref"),
    ])
  func refused(part: String, reason: String) async throws {
    let error = try await Workbench().failure("FROM scratch\nADD \(url)\(part) /x\n")
    #expect(error.code == .input && error.message.contains(reason), "\(error.message)")
  }

  @Test("a link in the repository leads nowhere out of it")
  func escape() async throws {
    let made = try await Workbench().build("FROM scratch\nADD \(url)#main:sub/out /x\n")
    // Seen as its root, the link leads to the repository itself.
    #expect(try await made.text("/x/file") == "three\n")
    #expect(try await made.status("/x/etc") == nil)
  }

  @Test("a token goes to the server, and into no message; other protocols are refused")
  func token() async throws {
    let bench = try Workbench()
    _ = try await bench.build("FROM scratch\nADD \(url) /x\n") {
      $0.secrets["GIT_AUTH_TOKEN"] = .value(Array("t0ken\n".utf8))
    }
    let log = try Shell.run(["curl", "-s", "\(server.url)/log"]).output
    #expect(log.contains("authorization Basic eC1hY2Nlc3MtdG9rZW46dDBrZW4="))
    let error = try await bench.failure("FROM scratch\nADD http://u:secret@elsewhere.invalid/x.git /x\n")
    #expect(error.code == .remote && !"\(error)".contains("secret@"))
    #expect(error.output?.contains("not allowed") == true, "\(error)")
  }

  @Test(
    "what is an address of a repository, and what is a file's or a path",
    arguments: [
      ("https://h/a.git", true), ("https://h/a", false), ("git@h:a/b", true), ("git@h:a/b.git#r:s", true),
      ("ssh://g@h/a", true),
      ("git://h/a", true), ("a.git", false), ("h:a", false), ("ftp://h/a.git", false),
    ])
  func addresses(text: String, isGit: Bool) throws {
    #expect(try (GitAddress(text) != nil) == isGit)
  }

  @Test(
    "a dash is no option of git's",
    arguments: ["ssh://-oProxyCommand=x/a", "git@-x:y", "https://h/a.git#--upload-pack=x"])
  func dashes(text: String) throws {
    #expect(throws: BuildError.self) { try GitAddress(text) }
  }
}

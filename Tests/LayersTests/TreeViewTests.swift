import Native
import TestShell
import Testing

@testable import Layers

struct TreeViewTests {
  private func view(_ directory: TemporaryDirectory) throws -> TreeView {
    try Shell.run(
      """
      mkdir -p '\(directory("low"))/etc' '\(directory("low"))/a/b' '\(directory("top"))/etc' '\(directory("outside"))'
      printf secret > '\(directory("outside"))/file'
      cd '\(directory("low"))'
      printf low > etc/passwd && printf kept > etc/group && touch a/b/hidden
      ln -s /etc/passwd absolute && ln -s ../../../../../../etc/passwd climbing && ln -s loop2 loop1 && ln -s loop1 loop2
      ln -s '\(directory("outside"))/file' leaving && ln -s etc/../absolute chain && ln -s etc folder
      cd '\(directory("top"))'
      printf top > etc/passwd && mkdir a && mkdir a/b && setfattr -n trusted.overlay.opaque -v y a/b && touch a/b/new
      """)
    return TreeView([directory("low"), directory("top")])
  }

  @Test(
    "links are followed inside, never outside",
    arguments: [
      ("/etc/passwd", "top"), ("etc//./passwd", "top"), ("/absolute", "top"), ("climbing", "top"), ("chain", "top"),
      ("folder/group", "kept"), ("../../etc/group", "kept"), ("a/../etc/group", "kept"), ("leaving", nil),
      ("none", nil), ("etc", nil), ("a/b/hidden", nil), ("etc/none/below", nil),
    ])
  func reading(path: String, content: String?) throws {
    let directory = try TemporaryDirectory()
    let view = try view(directory)
    #expect(try view.read(path) == content.map { Array($0.utf8) })
  }

  @Test("a circle of links, and a path below a file, are errors", arguments: ["loop1", "etc/passwd/below"])
  func invalid(path: String) throws {
    let directory = try TemporaryDirectory()
    let view = try view(directory)
    let error = #expect(throws: LayerError.self) { try view.find(path) }
    #expect(error?.code == .invalid)
  }

  @Test("a link is itself where it is not to be followed, and a path that is not there is resolved as far as it is")
  func resolving() throws {
    let directory = try TemporaryDirectory()
    let view = try view(directory)
    #expect(try view.resolve(Array("folder/../absolute".utf8), followsLast: false) == LayerPath("absolute"))
    #expect(try view.resolve(Array("folder/new/file".utf8)) == LayerPath("etc/new/file"))
    #expect(try view.linkTarget(at: Fixture.path("absolute")) == Array("/etc/passwd".utf8))
    #expect(try view.linkTarget(at: Fixture.path("etc")) == nil)
    #expect(try view.names(in: Fixture.path("a/b")) == [Array("new".utf8)])
    #expect(try view.names(in: Fixture.path("none")) == nil)
    #expect(try view.node(at: .root)?.status.kind == .directory)
    #expect(throws: LayerError.self) { try view.read("/etc/group", limit: 2) }
  }
}

struct LayerPathTests {
  @Test(
    "a path is normalised, or refused",
    arguments: [
      ("/a//b/./c/", "a/b/c"), ("", ""), ("/", ""), ("./", ""), ("...", "..."), ("a/..b", "a/..b"), ("..", nil),
      ("a/../b", nil), ("a\0b", nil),
    ])
  func normalising(text: String, expected: String?) {
    #expect(LayerPath(text)?.bytes == expected.map { Array($0.utf8) })
  }

  @Test("a directory stands right before what is in it")
  func order() {
    let sorted = ["a", "a/b", "a/b/c", "a/b-c", "a-b", "a.b", "aa", "b"].map(Fixture.path)
    #expect(sorted.shuffled().sorted() == sorted)
  }

  @Test("parts")
  func parts() {
    let path = Fixture.path("a/b/c")
    #expect(path.name == Array("c".utf8) && path.parent == LayerPath("a/b"))
    #expect(path.ancestors == [Fixture.path("a"), Fixture.path("a/b")])
    #expect(LayerPath("a")?.parent == .root && LayerPath.root.parent == nil && LayerPath.root.name.isEmpty)
    #expect(path.isWithin(Fixture.path("a/b")) && path.isWithin(path) && path.isWithin(.root))
    #expect(!Fixture.path("ab").isWithin(Fixture.path("a")) && !Fixture.path("a").isWithin(path))
    #expect(Fixture.path("a").remainder(of: path) == LayerPath("b/c") && path.remainder(of: path) == .root)
    #expect(LayerPath.root.appending(path) == path && path.appending(.root) == path)
  }
}

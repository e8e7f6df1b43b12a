import Foundation
import Layers
import Testing

@testable import Builds

/// COPY as BuildKit does it.
@Suite(.enabled(if: geteuid() == 0, "files of other owners need root"))
struct CopyTests {
  static let files = [
    "a.txt": "a", "b.txt": "b", "folder/inner/deep.txt": "deep", "folder/top.txt": "top", "empty/": "",
  ]

  @Test("to a file, into a folder, into one that is there, under a name of its own")
  func destinations() async throws {
    let bench = try Workbench(Self.files)
    let made = try await bench.build(
      """
      FROM localhost/tiny
      COPY a.txt /one
      COPY a.txt /new/
      COPY a.txt b.txt /tmp
      COPY folder /
      COPY folder /into
      WORKDIR /work/there
      COPY a.txt .
      COPY a.txt relative
      COPY a.txt ../up
      """)
    let paths = [
      "/one", "/new/a.txt", "/tmp/a.txt", "/tmp/b.txt", "/top.txt", "/inner/deep.txt", "/into/inner/deep.txt",
      "/work/there/a.txt", "/work/there/relative", "/work/up",
    ]
    for path in paths { #expect(try await made.text(path) != nil, "\(path)") }
    #expect(try await made.status("/into/folder") == nil)
  }

  @Test("through links of the image, which stay links")
  func links() async throws {
    let bench = try Workbench(Self.files)
    let made = try await bench.build(
      """
      FROM localhost/tiny
      RUN mkdir /real && ln -s real /link && ln -s /real/file /real/alias
      COPY a.txt /link/
      COPY b.txt /real/alias
      COPY a.txt /bin/tool
      """)
    #expect(try await made.text("/real/a.txt") == "a")
    #expect(try await made.text("/real/file") == "b")
    #expect(try await made.status("/real/alias")?.kind == .symlink)
    #expect(try await made.text("/usr/bin/tool") == "a")
    #expect(try await made.status("/bin")?.kind == .symlink)
  }

  @Test(
    "what cannot be put where something else is",
    arguments: [
      ("COPY a.txt folder /nowhere", "/nowhere is no folder", "destination"),
      ("COPY a.txt /etc/passwd/", "/etc/passwd is no", "destination"),
      ("COPY a.txt /etc/passwd/x", "/etc/passwd is not a directory", "destination"),
      ("COPY folder /etc/passwd", "/etc/passwd is no folder", "destination"),
      ("COPY tree /", "/bin is a link", "link leads"),
      ("COPY tree/bin /usr", "/usr/tmp is a folder", "destination"),
      ("COPY missing.txt /", "missing.txt is not in the build context", "top of"),
      ("COPY a.txt/x /", "a.txt/x is not in the build context", "top of"),
      ("COPY circle /", "circle is not in the build context", "top of"),
      ("COPY hidden.txt /", "hidden.txt is not in the build context", ".dockerignore"),
      ("COPY --chown=nobody a.txt /", "no user nobody", "number"),
      ("COPY --chown=app:wheel a.txt /", "no group wheel", "number"),
      ("COPY --chmod=rw a.txt /", "--chmod=rw is no mode", "octal"),
      ("COPY <<.. /etc/\nx\n..", ".. is no name", "destination"),
      ("COPY --from=base /nothing /", "nothing is not in stage base", "path right"),
    ])
  func refused(line: String, message: String, hint: String) async throws {
    let bench = try Workbench(Self.files)
    try FileManager.default.createSymbolicLink(atPath: bench.context + "/circle", withDestinationPath: "circle")
    try bench.write(["tree/bin/tmp": "x", ".dockerignore": "hidden.txt", "hidden.txt": ""])
    let error = try await bench.failure(
      """
      FROM localhost/tiny AS base
      FROM localhost/tiny
      COPY --from=base /tmp /usr/tmp
      \(line)
      """)
    #expect(error.message.hasPrefix("Dockerfile:4:1: "))
    #expect(error.message.contains(message), "\(error.message)")
    #expect(error.hint?.contains(hint) == true, "\(error.hint ?? "")")
    #expect(error.code == .input)
  }

  @Test("owners and modes: of the files, of folders made for them, of folders that are there")
  func owners() async throws {
    let bench = try Workbench(Self.files)
    chmod(bench.context + "/folder/inner", 0o711)
    chmod(bench.context + "/folder/top.txt", 0o640)
    let made = try await bench.build(
      """
      FROM localhost/tiny
      RUN mkdir -m 0700 /there /there/inner
      COPY --chown=app --chmod=0600 a.txt /new/folder/a
      COPY --chown=1234 a.txt /number
      COPY --chown=0:staff a.txt /group
      COPY folder /there
      COPY --chown=app:0 folder /fresh
      COPY --chmod=u=rwX,go=rX folder /symbolic
      """)
    func line(_ path: String) async throws -> String {
      guard let status = try await made.status(path) else { return "nothing" }
      return "\(String(status.mode, radix: 8)) \(status.uid):\(status.gid)"
    }
    #expect(try await line("/new") == "755 1000:1001")
    #expect(try await line("/new/folder/a") == "600 1000:1001")
    #expect(try await line("/number") == "644 1234:1234")
    #expect(try await line("/group") == "644 0:50")
    // The destination stays as it is, what is below it becomes as the source.
    #expect(try await line("/there") == "700 0:0")
    #expect(try await line("/there/inner") == "711 0:0")
    #expect(try await line("/there/top.txt") == "640 0:0")
    #expect(try await line("/fresh") == "755 1000:0")
    #expect(try await line("/fresh/inner") == "711 1000:0")
    #expect(try await line("/symbolic/inner") == "755 0:0")
    #expect(try await line("/symbolic/top.txt") == "644 0:0")
  }

  @Test("wildcards: sorted, links followed, none found is a warning")
  func wildcards() async throws {
    let bench = try Workbench(Self.files.merging(["a[b]": "brackets"]) { $1 })
    try FileManager.default.createSymbolicLink(atPath: bench.context + "/c.txt", withDestinationPath: "a.txt")
    try FileManager.default.createSymbolicLink(atPath: bench.context + "/alias", withDestinationPath: "folder")
    let made = try await bench.build(
      """
      FROM scratch
      COPY *.txt no*thing /all/
      COPY fold*/in* /inner/
      COPY alias/*.txt /alias/
      COPY no*thing /none/
      COPY a[[]b] a\\[b] /literal/
      """)
    let tree = try await made.tree()
    let names = try tree.names(in: try #require(LayerPath("all")))?.map { String(decoding: $0, as: UTF8.self) }
    #expect(names == ["a.txt", "b.txt", "c.txt"])
    #expect(try await made.text("/all/c.txt") == "a")
    #expect(try await made.status("/all/c.txt")?.kind == .file)
    #expect(try await made.text("/inner/deep.txt") == "deep")
    #expect(try await made.text("/alias/top.txt") == "top")
    #expect(try await made.text("/literal/a[b]") == "brackets")
    #expect(made.warnings == ["COPY no*thing /none/: nothing matches"])
  }

  @Test("of several files onto one the last stays, with a warning")
  func severalOntoOne() async throws {
    let made = try await Workbench(Self.files).build("FROM scratch\nCOPY a.txt b.txt /one\nCOPY *.txt /two\n")
    #expect(try await made.text("/one") == "b")
    #expect(try await made.text("/two") == "b")
    #expect(made.warnings.count == 2 && made.warnings[0].contains("/one, which is no folder"))
  }

  @Test("from a stage: owners, times, hardlinks and attributes come with the files")
  func stage() async throws {
    let bench = try Workbench()
    let made = try await bench.build(
      """
      FROM localhost/tiny AS made
      RUN mkdir /out && echo x > /out/one && ln /out/one /out/two && chown -R 7:8 /out && mknod /out/null c 1 3 \\
        && touch -d @1000000000 /out/one
      FROM scratch
      COPY --from=made /out /out
      COPY --from=0 --chown=9:9 /out/two /single
      """)
    let one = try #require(try await made.status("/out/one"))
    #expect((one.uid, one.gid, one.modified.seconds) == (7, 8, 1_000_000_000))
    #expect(try await made.status("/out/two")?.inode == one.inode)
    #expect(try await made.status("/out/null")?.kind == .characterDevice(major: 1, minor: 3))
    #expect(try await made.status("/out")?.uid == 0)
    #expect(try await made.status("/single")?.uid == 9)
  }

  @Test("heredocs, expanded unless quoted")
  func heredocs() async throws {
    let made = try await Workbench().build(
      """
      FROM scratch
      ARG WHO=world
      COPY --chown=3:4 --chmod=0500 <<first <<'second' /d/
      hello $WHO
      first
      hello $WHO
      second
      COPY <<x /plain
      x
      """)
    #expect(try await made.text("/d/first") == "hello world\n")
    #expect(try await made.text("/d/second") == "hello $WHO\n")
    let status = try await made.status("/d/first")
    #expect(status?.mode == 0o500 && status?.uid == 3 && status?.gid == 4)
    #expect(try await made.text("/plain") == "")
  }

  @Test(".dockerignore, with exceptions below folders that are left out")
  func ignored() async throws {
    let bench = try Workbench(Self.files)
    try bench.write([".dockerignore": "*\n!folder/inner/deep.txt\n!a.txt"])
    let made = try await bench.build("FROM scratch\nCOPY . /\n")
    #expect(try made.lastLayer() == ["/a.txt", "/folder", "/folder/inner", "/folder/inner/deep.txt"])
  }

  @Test("--exclude leaves out, --parents keeps folders, from /./ on")
  func excludeAndParents() async throws {
    let bench = try Workbench(Self.files)
    chmod(bench.context + "/folder", 0o750)
    let made = try await bench.build(
      """
      FROM scratch
      COPY --exclude=*.txt --exclude=empty . /x/
      COPY --exclude=b.* *.txt /y/
      COPY --parents folder/inner/deep.txt folder/./top.txt /z/
      COPY --parents . folder /w/
      """)
    #expect(try await made.status("/x/a.txt") == nil)
    #expect(try await made.text("/x/folder/top.txt") == "top")
    #expect(try await made.status("/x/empty") == nil)
    #expect(try await made.text("/y/a.txt") == "a")
    #expect(try await made.status("/y/b.txt") == nil)
    #expect(try await made.text("/z/folder/inner/deep.txt") == "deep")
    #expect(try await made.status("/z/folder")?.mode == 0o750)
    #expect(try await made.text("/z/top.txt") == "top")
    #expect(try await made.text("/w/a.txt") == "a")
    #expect(try await made.text("/w/folder/top.txt") == "top")
  }

  @Test("with --parents two stars stand for any number of folders, from /./ on")
  func doubleStars() async throws {
    let bench = try Workbench([
      "a/one.cs": "1", "a/b/c/two.cs": "2", "a/b/no.txt": "", "top.cs": "0", "a/x.cs/in": "in",
    ])
    try bench.write([".dockerignore": "a/hidden.cs", "a/hidden.cs": ""])
    let made = try await bench.build(
      """
      FROM scratch
      COPY --parents **/*.cs /all/
      COPY --parents a/./**/c /pivot/
      """)
    let paths = ["/all/a/one.cs", "/all/a/b/c/two.cs", "/all/top.cs", "/all/a/x.cs/in", "/pivot/b/c/two.cs"]
    for path in paths { #expect(try await made.text(path) != nil, "\(path)") }
    #expect(try await made.status("/all/a/b/no.txt") == nil)
    #expect(try await made.status("/all/a/hidden.cs") == nil)
  }

  @Test("a file that is changed between being hashed and being copied is an error")
  func changedMeanwhile() throws {
    let bench = try Workbench(["a": "1"])
    let source = CopySource(tree: TreeView([bench.context]), ignore: nil, origin: .folder, name: "the build context")
    let items = try CopyItem.all(named: ["a"], in: source)
    try CopyItem.requireUnchanged(items)
    try bench.write(["a": "12"])
    let error = #expect(throws: BuildError.self) { try CopyItem.requireUnchanged(items) }
    #expect(error?.message == "a changed while it was copied")
  }

  @Test("with --link the layer does not depend on what lies below")
  func linked() async throws {
    let bench = try Workbench(Self.files)
    let one = try await bench.build("FROM localhost/tiny\nRUN touch /x\nCOPY --link a.txt /etc/a\n")
    let other = try await bench.build("FROM localhost/tiny\nRUN touch /y\nCOPY --link a.txt /etc/a\n")
    #expect(one.image.layers.last == other.image.layers.last)
    #expect(other.cached.contains(3))
    #expect(try await other.text("/etc/passwd")?.isEmpty == false)
  }
}

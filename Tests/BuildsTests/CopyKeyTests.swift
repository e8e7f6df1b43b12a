import Dockerfiles
import Foundation
import Layers
import Native
import Testing

@testable import Builds

/// The key of copied files: two trees have the same one when, and only when, the layers are the same.
@Suite(.enabled(if: geteuid() == 0, "files of other owners need root"))
struct CopyKeyTests {
  /// A small tree in which every sort of thing stands that a key must see.
  private static let make = """
    mkdir -p t/d/e t/empty && printf 1 > t/a && printf 2 > t/d/b && printf '' > t/d/e/c && ln -s a t/l && ln t/a t/h
    mkfifo t/p && chmod 600 t/d/b && find t -exec touch -h -d @1000 {} +
    """

  private func key(_ folder: String, isImage: Bool = false, index: FileIndex? = nil) throws -> StepKey {
    let source = CopySource(tree: TreeView([folder]), ignore: nil, origin: isImage ? .image : .folder, name: "the test")
    var hasher = try StepKeyHasher("test")
    let items = try CopyItem.all(named: ["t"], in: source)
    try CopyItem.addInputs(of: items, to: &hasher, index: index)
    return try hasher.finish()
  }

  private func shell(_ script: String, in folder: TemporaryFolder) throws {
    let outcome = try Shell.run(["bash", "-c", script], in: folder.path)
    try #require(outcome.code == 0, "\(outcome.output)")
  }

  @Test(
    "everything that gets into a layer makes another key",
    arguments: [
      "printf 9 > t/a", "mv t/d/b t/d/bb", "mv t/d/b t/b", "mv t/d t/dd", "chmod 644 t/d/b", "chmod 4600 t/d/b",
      "chmod 700 t/d", "chmod 700 t", "mkdir t/new", "rmdir t/empty", "touch t/new", "rm t/d/e/c",
      "rm t/d/e/c; mkdir t/d/e/c", "rm t/d/e/c; ln -s '' t/d/e/c || ln -s x t/d/e/c", "ln -sfn d/b t/l",
      "rm t/l; printf a > t/l", "rm t/h; cp -p t/a t/h", "rm t/p; printf '' > t/p",
      // The same bytes, parted in another way between names and contents.
      "mv t/d/b t/d/b2; printf '' > t/d/b2", "rm t/d/b t/a t/h; printf 12 > t/a", "mv t/d/e/c t/d/ec",
    ])
  func differs(change: String) throws {
    let folder = try TemporaryFolder()
    try shell(Self.make, in: folder)
    let before = try key(folder.path)
    try shell(change, in: folder)
    #expect(try key(folder.path) != before)
  }

  @Test(
    "of an image's files owner and attributes count too, of a folder's they do not",
    arguments: [
      "chown 5 t/a", "chown :5 t/d", "chown -h 5 t/l", "setfattr -n user.x -v 1 t/d/b", "setfattr -n user.x -v 1 t/d",
    ])
  func ownersAndAttributes(change: String) throws {
    let folder = try TemporaryFolder()
    try shell(Self.make, in: folder)
    let before = try (key(folder.path), key(folder.path, isImage: true))
    try shell(
      change.replacingOccurrences(
        of: "setfattr", with: "python3 -c 'import os,sys;os.setxattr(sys.argv[5],sys.argv[2],sys.argv[4].encode())'"),
      in: folder)
    #expect(try key(folder.path) == before.0)
    #expect(try key(folder.path, isImage: true) != before.1)
  }

  @Test("times and the order in which files were made do not count")
  func same() throws {
    let (folder, other) = (try TemporaryFolder(), try TemporaryFolder())
    try shell(Self.make, in: folder)
    try shell("mkdir t; mkfifo t/p; mkdir -p t/empty t/d; printf 2 > t/d/b; chmod 600 t/d/b", in: other)
    try shell("ln -s a t/l; mkdir t/d/e; printf '' > t/d/e/c; printf 1 > t/h; ln t/h t/a", in: other)
    #expect(try key(folder.path) == key(other.path))
    #expect(try key(folder.path, isImage: true) == key(other.path, isImage: true))
  }

  @Test("two trees made at random have the same key only when they are the same")
  func random() throws {
    let folder = try TemporaryFolder()
    var generator = SystemRandomNumberGenerator()
    var trees: [StepKey: String] = [:]
    for number in 0..<120 {
      // Few names and few contents, so that trees are the same now and then.
      var lines: Set<String> = []
      for name in ["a", "b", "ab"] {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: lines.insert("printf 'a' > t/\(name)")
        case 1: lines.insert("printf 'ab' > t/\(name)")
        case 2: lines.insert("mkdir t/\(name)")
        case 3: lines.insert("mkdir t/\(name) && printf 'a' > t/\(name)/b")
        default: break
        }
      }
      let script = lines.sorted().joined(separator: "\n")
      try shell("mkdir -p \(number)/t && cd \(number)\n" + lines.shuffled().joined(separator: "\n"), in: folder)
      let key = try key("\(folder.path)/\(number)")
      #expect(trees[key] == nil || trees[key] == script)
      trees[key] = script
    }
    #expect(Set(trees.values).count == trees.count)
    #expect(trees.count > 10)
  }

  @Test("with an index the key is the same, whatever happens to the files between two builds")
  func index() throws {
    let folder = try TemporaryFolder()
    try shell(Self.make, in: folder)
    var index = FileIndex(path: folder.path + "/index")
    let changes = [
      "true", "printf 8 > t/a", "touch -d @1000 t/a", "printf 7 > t/a; touch -d @1000 t/a", "cp -p t/a x; mv x t/d/b",
      "mv t/a x; mv t/d/b t/a; mv x t/d/b", "rm t/a; printf 7 > t/a; touch -d @1000 t/a", "truncate -s 0 t/d/b",
    ]
    for change in changes {
      try shell(change, in: folder)
      // Without a wait: what was changed just now is read again.
      #expect(try key(folder.path, index: index) == key(folder.path), "\(change)")
      try index.save()
      index = FileIndex(path: folder.path + "/index")
      #expect(try key(folder.path, index: index) == key(folder.path), "\(change)")
    }
  }
}

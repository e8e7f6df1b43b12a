import Native
import OCI
import TestShell
import Testing

@testable import Layers

struct RoundTripTests {
  /// A tree with one of everything that a layer can hold.
  static func makeTree(at path: String) throws {
    try Shell.run(
      """
      mkdir -p '\(path)' && cd '\(path)'
      mkdir -p etc usr/bin var/tmp 'name with space' empty
      printf 'root:x:0:0\\n' > etc/passwd
      printf x > usr/bin/ping && chmod 4755 usr/bin/ping && chown 5:7 usr/bin/ping
      chmod 4755 usr/bin/ping
      chmod 1777 var/tmp
      ln etc/passwd usr/again
      ln -s ../etc/passwd usr/link && ln -s /nowhere dangling
      mkfifo -m 600 fifo && mknod -m 640 null c 1 3 && mknod -m 660 loop b 7 200
      setfattr -n user.note -v value etc/passwd
      python3 - <<'PYTHON'
      import os
      os.setxattr("usr/bin/ping", "security.capability", bytes.fromhex("0100000200200000000000000000000000000000"))
      os.setxattr("usr/bin/ping", "trusted.note", b"a\\0b")
      long = "/".join(["d" * 90] * 6)
      os.makedirs(long)
      open(long + "/" + "f" * 200, "w").write("long")
      open(b"latin-\\xe9", "w").write("bytes")
      open("uml\\u00e4ut-nfc", "w").write("nfc")
      open("umla\\u0308ut-nfd", "w").write("nfd")
      with open("sparse", "wb") as file:
          file.seek(3 << 20); file.write(b"end"); file.truncate(5 << 20)
      open("big-owner", "w").close(); os.chown("big-owner", 3_000_000_000, 4_000_000)
      PYTHON
      find . -exec touch -h -d @1000000000 {} +
      """)
  }

  @Test(
    "what a layer was written from is what it unpacks to",
    arguments: [
      Compression.none, .gzip(level: 1), .zstd(level: 3),
    ])
  func everything(compression: Compression) throws {
    let directory = try TemporaryDirectory()
    try Self.makeTree(at: directory("tree"))
    let store = try directory.blobs()
    var writer = try LayerWriter(into: store, compression: compression, epoch: 2_000_000_000)
    try TreeWalker(root: directory("tree")).forEach { (entry) throws(LayerError) in try writer.append(entry) }
    let layer = try writer.finish()
    let result = try LayerExtractor(form: .flat).extract(
      layer.descriptor, diffID: layer.diffID, from: store, into: directory("out"))
    #expect(!result.dependsOnLower)
    #expect(try TreeListing.of(directory("out")) == TreeListing.of(directory("tree")))
  }
}

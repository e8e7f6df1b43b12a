import Glibc
import Native
import OCI
import TestShell
import Testing

@testable import Layers

struct BlobStoreTests {
  private let hello = Array("hello".utf8)

  @Test("a blob is found by its digest, whole or not at all")
  func putAndRead() throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    let blob = try store.put(hello, mediaType: .emptyJSON)
    #expect(blob.digest.description == "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    #expect(blob.size == 5 && blob.mediaType == .emptyJSON)
    #expect(try store.put(hello, mediaType: .emptyJSON) == blob)
    #expect(try store.contains(blob.digest) && store.read(blob.digest) == hello)
    #expect(try store.digests() == [blob.digest])
    try store.verify(blob.digest)
    try store.remove(blob.digest)
    try store.remove(blob.digest)
    let error = #expect(throws: LayerError.self) { try store.read(blob.digest) }
    #expect(error?.code == .notFound)
  }

  @Test("a blob that is damaged or cut short is found out", arguments: ["printf hallo", "printf hell", "true"])
  func damage(command: String) throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    let blob = try store.put(hello, mediaType: .emptyJSON)
    try Shell.run("\(command) > '\(store.path(of: blob.digest))'")
    for check in [{ _ = try store.read(blob.digest) }, { try store.verify(blob.digest) }] {
      let error = #expect(throws: LayerError.self) { try check() }
      #expect(error?.code == .corrupt)
    }
    let other = try directory.blobs("other")
    // Another inode, so that only the copy's check is between the two.
    try Shell.run("cp '\(store.path(of: blob.digest))' '\(directory("copy"))'")
    let error = #expect(throws: LayerError.self) {
      var writer = try other.writer(mediaType: .emptyJSON)
      try writer.write(contentsOf: FileDescriptor.open(directory("copy")))
      _ = try writer.finish(expecting: blob.digest)
    }
    #expect(error?.code == .corrupt)
    #expect(try Shell.run("find '\(other.directory)' -type f") == "")
  }

  @Test("a blob that was cut short is taken anew, and never from a store whose own is cut short")
  func takeAnew() throws {
    let directory = try TemporaryDirectory()
    let (store, damaged) = (try directory.blobs(), try directory.blobs("damaged"))
    let blob = try store.put(hello, mediaType: .emptyJSON)
    _ = try damaged.put(hello, mediaType: .emptyJSON)
    try Shell.run("printf hell > '\(damaged.path(of: blob.digest))'")
    let error = #expect(throws: LayerError.self) { try directory.blobs("other").take(blob, from: damaged) }
    #expect(error?.code == .corrupt)
    try damaged.take(blob, from: store)
    #expect(try damaged.read(blob.digest) == hello)
  }

  @Test("a blob is taken from a store beside, and from one on another file system")
  func take() throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    let blob = try store.put(hello, mediaType: .emptyJSON)
    let beside = try directory.blobs("beside")
    try beside.take(blob, from: store)
    #expect(try beside.read(blob.digest) == hello)
    try Shell.run("mkdir '\(directory("disk"))' && mount -t tmpfs tmpfs '\(directory("disk"))'")
    defer { _ = try? Shell.run("umount '\(directory("disk"))'") }
    let elsewhere = try directory.blobs("disk/store")
    try elsewhere.take(blob, from: store)
    try elsewhere.take(blob, from: store)
    #expect(try elsewhere.read(blob.digest) == hello)
    #expect(try Shell.run("find '\(directory.path)' -name '.partial-*'") == "")
  }

  @Test("what a killed writer left goes, what is being written stays")
  func abandoned() throws {
    let directory = try TemporaryDirectory()
    let store = try directory.blobs()
    var writer = try store.writer(mediaType: .layer)
    try writer.write(hello)
    try Shell.run("touch '\(store.partial)/.partial-young'")
    try store.removeAbandoned()
    #expect(try Shell.run("ls -A '\(store.partial)' | wc -l") == "2\n")
    let blob = try writer.finish()
    #expect(try store.read(blob.digest) == hello)
    // Nobody can set the time of a file's last change back; so the age is asked of a file that is not locked.
    try AtomicFile.removeIfAbandoned(Array("\(store.partial)/.partial-young".utf8), olderThan: -1)
    #expect(try Shell.run("ls -A '\(store.partial)'") == "")
  }

  @Test("a small file is replaced whole")
  func atomicFile() throws {
    let directory = try TemporaryDirectory()
    try AtomicFile.write(hello, to: directory("file"))
    try AtomicFile.write([1], to: directory("file"), mode: 0o600)
    #expect(try FileDescriptor.open(directory("file")).readAll(limit: 10) == [1])
    #expect(try FileDescriptor.open(directory("file")).status().mode == 0o600)
    #expect(throws: NativeError.self) { try AtomicFile.write(hello, to: directory("none/file")) }
    #expect(try Shell.run("ls -A '\(directory.path)'") == "file\n")
  }
}

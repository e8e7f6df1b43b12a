import Glibc
import Layers
import Native
import OCI
import Registries
import Synchronization
import Testing

@testable import Images

/// Sources that are not what they say, destinations that cannot be written, and copies that are ended: each time one error,
/// and nothing half-written.
@Suite("Copies that cannot be")
struct CopyHostileTests {
  let folder: TestFolder
  let bench: CopyBench

  init() throws {
    folder = try TestFolder()
    bench = CopyBench(folder: folder)
  }

  /// Copies to a layout, an archive and a Docker archive, each of which must fail in the same way.
  private func refusal(_ source: () async throws -> any CopySource) async throws -> ImageError {
    let errors = [
      await #expect(throws: ImageError.self) { try await bench.toLayout(source(), "out") },
      await #expect(throws: ImageError.self) { try await bench.toArchive(source(), "out.tar") },
      await #expect(throws: ImageError.self) { try await bench.toDockerArchive(source(), "out.docker") },
    ].compactMap(\.self)
    #expect(Set(errors.map(\.message)).count == 1)
    let left = try folder.shell(
      "ls -d out.tar out.docker .partial* 2>/dev/null || true; ls -A out/blobs/.partial work 2>/dev/null | grep -v : || true"
    )
    #expect(left.isEmpty)
    #expect(try folder.shell("cat out/index.json 2>/dev/null || echo '[]'").contains("[]"))
    return try #require(errors.first)
  }

  @Test(
    "a layout with a blob that is missing, cut, longer, or another's",
    arguments: [
      "rm BLOB", "truncate -s -1 BLOB", "printf x >>BLOB", "printf x | dd of=BLOB bs=1 seek=9 conv=notrunc status=none",
    ],
    [0, 1])
  func damaged(_ command: String, _ layer: Int) async throws {
    let made = try bench.sample()
    let digest = made.layers[layer].descriptor.digest
    try folder.shell(command.replacing("BLOB", with: "layout/blobs/sha256/\(digest.hex)"))
    let error = try await refusal { bench.layout() }
    #expect(error.code == .corrupt)
    #expect(error.message.contains("\(digest)"))
  }

  @Test(
    "a layout whose manifest or config is another's, or no JSON", arguments: ["x", "{}", "[]", #"{"schemaVersion":2}"#])
  func documents(_ text: String) async throws {
    let documents = try bench.sample().documents(.oci)
    try folder.shell("printf '%s' '\(text)' >layout/blobs/sha256/\(documents.manifest.descriptor.digest.hex)")
    #expect(try await refusal { bench.layout() }.code == .corrupt)
    // The right digest makes it no manifest.
    let layout = try ImageLayout(directory: folder("layout"))
    try layout.put(try layout.blobs.put(Array(text.utf8), mediaType: .imageManifest), tag: "one")
    #expect(try await refusal { bench.layout() }.code == .corrupt)
  }

  @Test("a manifest that says that it is an index")
  func twoStories() async throws {
    let made = try bench.sample()
    let layout = try ImageLayout(directory: folder("layout"))
    var manifest = try CanonicalJSON.decode(Manifest.self, from: made.documents(.oci).manifest.bytes)
    manifest.mediaType = .imageIndex
    try layout.put(try layout.blobs.put(try CanonicalJSON.encode(manifest), mediaType: .imageManifest), tag: "one")
    let error = await #expect(throws: ImageError.self) { try await bench.toLayout(bench.layout(), "out") }
    #expect(error?.code == .corrupt)
  }

  @Test("sizes that cannot be, and digests that are not read")
  func descriptors() async throws {
    let documents = try bench.sample().documents(.oci)
    let layout = try ImageLayout(directory: folder("layout"))
    for (size, digest, code) in [
      (-1, String(repeating: "0", count: 64), ImageError.Code.corrupt),
      (Int.max, String(repeating: "0", count: 64), .corrupt),
      (1, String(repeating: "0", count: 128), .unsupported),
    ] {
      var manifest = try CanonicalJSON.decode(Manifest.self, from: documents.manifest.bytes)
      let named = try #require(Digest(digest.count == 64 ? "sha256:\(digest)" : "sha512:\(digest)"))
      manifest.layers[0] = Descriptor(mediaType: .gzipLayer, digest: named, size: size)
      try layout.put(try layout.blobs.put(try CanonicalJSON.encode(manifest), mediaType: .imageManifest), tag: "one")
      let error = await #expect(throws: ImageError.self) { try await bench.toLayout(bench.layout(), "out") }
      #expect(error?.code == code)
    }
  }

  @Test("an archive that is none, is cut, or is of the other kind")
  func archives() async throws {
    _ = try bench.sample()
    try await bench.toArchive(bench.layout(), "a.tar")
    try folder.shell(
      "head -c 20000 /dev/urandom >noise.tar; head -c 6000 a.tar >cut.tar; : >empty.tar; tar -cf none.tar store; mkdir dir.tar"
    )
    for name in ["noise.tar", "cut.tar", "none.tar", "dir.tar", "nothing.tar", "empty.tar"] {
      for kind in [ArchiveSource.Kind.oci, .docker] {
        let error = await #expect(throws: ImageError.self) { try await bench.archive(name, kind) }
        #expect(error?.message.contains(name) == true)
      }
    }
    await #expect(throws: ImageError.self) { try await bench.archive("a.tar", .docker) }
  }

  @Test("a destination that is read-only, full, or below a file")
  func destinations() async throws {
    _ = try bench.sample()
    let big = try bench.artifact(
      "application/vnd.oci.empty.v1+json", [("application/x", String(repeating: "0123456789abcdef", count: 1 << 16))])
    try folder.shell(
      "mkdir full ro; mount -t tmpfs -o size=512k none full; mount -t tmpfs -o ro,size=512k none ro; : >file")
    defer { _ = try? folder.shell("umount full; umount ro") }
    for place in ["full", "ro", "file"] {
      for write in [
        { try await bench.toLayout(bench.layout(), "\(place)/out/") },
        { try await bench.toArchive(bench.layout(), "\(place)/a.tar") },
      ] {
        let failure = await #expect(throws: (any Error).self) { try await write() }
        let (message, hint) = text(of: failure)
        #expect(message.contains(place))
        #expect(!message.contains("//"))
        if place != "file" { #expect(hint != nil, "\(message)") }
      }
    }
    #expect(
      try folder.shell("find full -name '*.tar' -o -name '.partial-*'; find full -name \(big.digest.hex)").isEmpty)
    // What goes by a file without a name needs room, too.
    try folder.shell("rm -rf full/out")
    let zeros = try SpoolFile(in: folder("full"))
    let blob = try #require(try await ManifestLinks(bench.layout().manifest(nil), of: "it").blobs.last)
    let error = await #expect(throws: ImageError.self) { try await zeros.take(blob, from: bench.layout()) }
    #expect(error?.hint?.contains("room") == true)
  }

  private func text(of error: (any Error)?) -> (message: String, hint: String?) {
    switch error {
    case let error as ImageError: (error.message, error.hint)
    case let error as LayerError: (error.message, error.hint)
    default: ("\(String(describing: error))", nil)
    }
  }

  @Test("a copy that is cancelled leaves no file", arguments: [true, false])
  func cancelled(isArchive: Bool) async throws {
    _ = try bench.sample()
    let begun = Signal()
    let source = StuckSource(layout: bench.layout(), begun: begun)
    let copy = Task {
      if isArchive {
        try await bench.toArchive(source, "a.tar")
      } else {
        try await bench.toLayout(source, "out")
      }
    }
    await begun.wait()
    copy.cancel()
    await #expect(throws: CancellationError.self) { try await copy.value }
    #expect(try folder.shell("ls -A; ls -A out/blobs/.partial 2>/dev/null || true").contains("partial-") == false)
    #expect(try folder.shell("ls a.tar 2>/dev/null || true").isEmpty)
  }
}

/// A source whose blobs begin and never end.
private struct StuckSource: CopySource {
  let layout: LayoutSource
  let begun: Signal

  func manifest(_ wanted: Descriptor?) async throws -> Image.Document { try await layout.manifest(wanted) }

  func send(_ blob: Descriptor, to writer: any Registries.BlobWriter, progress: ProgressReceiver?) async throws {
    try [UInt8(1)].withUnsafeBytes { try writer.write($0) }
    begun.send()
    do { try await Task.sleep(for: .seconds(600)) } catch {
      try? writer.finish(isWhole: false)
      throw error
    }
  }

  func referrers(of digest: Digest) async throws -> [Descriptor] { [] }

  func place(of blob: Descriptor) -> BlobPlace { .stream }
}

/// Something that happens once, for somebody who waits for it.
private final class Signal: Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func send() { continuation.yield() }
  func wait() async { for await _ in stream { return } }
}

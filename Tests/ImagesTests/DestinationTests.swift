import Layers
import Native
import OCI
import Testing

@testable import Images

/// What destinations write, read by the tools that people have.
struct DestinationTests {
  static let compressions: [Compression] = [.none, .gzip(level: 6), .zstd(level: 3)]

  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func image(_ compression: Compression = .gzip(level: 6)) throws -> OutputImage {
    try SampleImage.make(compression, in: BlobStore(directory: folder("store")))
  }

  /// The files of the image as umoci unpacks them.
  private func umoci(_ layout: String) throws -> String {
    try folder.shell("umoci raw unpack --image '\(layout)' rootfs")
    return try folder.tree("rootfs")
  }

  private func expected(_ image: OutputImage) throws -> String {
    try folder.shell("mkdir expected")
    for layer in image.layers {
      _ = try LayerExtractor(form: .flat).apply(layer.descriptor, from: image.blobs, onto: folder("expected"))
    }
    return try folder.tree("expected")
  }

  @Test("a layout is read by skopeo and umoci", arguments: compressions)
  func layout(_ compression: Compression) throws {
    let image = try image(compression)
    try OCILayoutDestination(directory: folder("out"), tag: "one").write(image)
    let digest = try folder.shell("skopeo inspect --format '{{.Digest}}' oci:out:one")
    #expect(digest == "\(try image.documents(.oci).manifest.descriptor.digest)\n")
    try folder.shell("skopeo copy -q oci:out:one dir:copied")
    // Debian's umoci does not know zstd; skopeo has checked the digests.
    if compression != .zstd(level: 3) { #expect(try umoci("out:one") == expected(image)) }
  }

  @Test("an OCI archive is read by skopeo", arguments: compressions)
  func ociArchive(_ compression: Compression) throws {
    let image = try image(compression)
    try OCIArchiveDestination(.file(folder("out.tar")), tag: "one").write(image)
    try folder.shell("skopeo copy -q --preserve-digests oci-archive:out.tar:one oci:copied:one")
    if compression != .zstd(level: 3) { #expect(try umoci("copied:one") == expected(image)) }
  }

  @Test("a device stays what it is")
  func device() throws {
    try folder.shell("ln -s /dev/null null")
    try OCIArchiveDestination(.file(folder("null"))).write(image())
    try folder.shell("test -L null && test -c /dev/null")
  }

  @Test("a Docker archive is read by skopeo", arguments: compressions, [MediaForm.oci, .docker])
  func dockerArchive(_ compression: Compression, _ form: MediaForm) throws {
    guard form == .docker || compression != .zstd(level: 3) else { return }
    let image = try image(compression)
    let name = try #require(Reference("example.org/team/one:2"))
    try DockerArchiveDestination(.file(folder("out.tar")), names: [name], form: form).write(image)
    try folder.shell("skopeo copy -q docker-archive:out.tar:example.org/team/one:2 oci:copied:one")
    #expect(try umoci("copied:one") == expected(image))
    let tags = try folder.shell(
      """
      tar -xOf out.tar manifest.json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["RepoTags"])'
      """)
    #expect(tags == "['example.org/team/one:2']\n")
    // The same file is an OCI archive; skopeo looks for OCI's media types in one.
    guard form == .oci else { return }
    #expect(try folder.shell("skopeo inspect --format '{{.Layers | len}}' oci-archive:out.tar:2") == "2\n")
  }

  @Test("podman loads both kinds of archive")
  func podman() throws {
    let image = try image(.zstd(level: 3))
    let name = try #require(Reference("localhost/one:2"))
    try DockerArchiveDestination(.file(folder("docker.tar")), names: [name]).write(image)
    try OCIArchiveDestination(.file(folder("oci.tar")), tag: "localhost/two:3").write(image)
    let output = try folder.shell(
      """
      # podman refuses a runroot of more than 50 characters.
      runroot=$(mktemp -d /tmp/iml-XXXX)
      trap 'rm -r "$runroot"' EXIT
      podman="podman --root $PWD/p --runroot $runroot --storage-driver vfs"
      $podman load -q -i docker.tar; $podman load -q -i oci.tar
      $podman image inspect --format '{{.Config.Entrypoint}} {{.RootFS.Layers}}' localhost/one:2
      """)
    let layers = image.layers.map { "\($0.diffID)" }.joined(separator: " ")
    #expect(output.contains("localhost/one:2"))
    #expect(output.contains("two:3"))
    #expect(output.hasSuffix("[/bin/tool] [\(layers)]\n"))
  }

  @Test("Docker's media types are those of Docker, and zstd has none")
  func dockerForm() throws {
    let documents = try image().documents(.docker)
    let manifest = try CanonicalJSON.decode(Manifest.self, from: documents.manifest.bytes)
    #expect(manifest.mediaType == .dockerManifest)
    #expect(manifest.config.mediaType == .dockerConfig)
    #expect(manifest.layers.map(\.mediaType) == [.dockerGzipLayer, .dockerGzipLayer])
    #expect(manifest.annotations == nil)
    let zstd = try SampleImage.make(.zstd(level: 3), in: BlobStore(directory: folder("zstd")))
    #expect(throws: ImageError.self) { try zstd.documents(.docker) }
  }

  @Test("the same image gives the same bytes, and a failed archive leaves none")
  func determinism() throws {
    let image = try image(.zstd(level: 3))
    for name in ["one.tar", "two.tar"] { try DockerArchiveDestination(.file(folder(name))).write(image) }
    try folder.shell("cmp one.tar two.tar")
    try folder.shell("truncate -s -1 '\(image.blobs.path(of: image.layers[1].descriptor.digest))'")
    #expect(throws: (any Error).self) { try OCIArchiveDestination(.file(folder("three.tar"))).write(image) }
    #expect(throws: (any Error).self) { try DockerArchiveDestination(.file(folder("three.tar"))).write(image) }
    #expect(try folder.shell("ls -A") == "one.tar\nstore\ntwo.tar\n")
  }

  @Test("a folder gets the image's files, and keeps its own")
  func local() throws {
    let image = try image()
    try FolderDestination(folder("new")).write(image)
    #expect(try folder.tree("new") == expected(image))
    try folder.shell("mkdir -p there/etc there/own; echo mine > there/etc/mine; echo older > there/etc/passwd")
    try FolderDestination(folder("there")).write(image)
    let tree = try folder.tree("there")
    #expect(tree.contains("etc/mine f 0644"))
    #expect(tree.contains("own d"))
    #expect(tree.contains("home/ada d 0700 2001:2001"))
    try folder.shell("cmp there/etc/passwd new/etc/passwd; test -z \"$(find . -name '.partial*' -path './there*')\"")
    #expect(try folder.shell("stat -c %h there/home/ada/notes") == "2\n")
  }

  @Test("a tar of the files is what the layers make", arguments: compressions)
  func rootfs(_ compression: Compression) throws {
    let image = try image(compression)
    try RootfsArchiveDestination(.file(folder("out.tar"))).write(image)
    try folder.shell("mkdir unpacked; tar -xpf out.tar --numeric-owner -C unpacked")
    #expect(try folder.tree("unpacked") == expected(image))
    #expect(try folder.shell("stat -c %h unpacked/home/ada/notes") == "2\n")
  }
}

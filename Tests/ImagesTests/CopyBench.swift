import Layers
import Native
import OCI
import Registries
import Testing

@testable import Images

/// Copies in a folder of one test.
struct CopyBench {
  let folder: TestFolder

  func layout(_ tag: String? = "one", in directory: String = "layout") -> LayoutSource {
    LayoutSource(directory: folder(directory), tag: tag, name: "oci:\(directory)")
  }

  /// Copies to a layout of the folder.
  @discardableResult
  func toLayout(
    _ source: any CopySource, _ directory: String, tag: String = "one",
    _ selection: ImageCopy.Selection = .platform(nil), hasReferrers: Bool = false
  ) async throws -> CopyResult {
    let path = folder(directory)
    return try await ImageCopy(source, name: "it", selection: selection, hasReferrers: hasReferrers).run(to: { _ in
      try LayoutCopyDestination(directory: path, prefix: "oci:\(directory):", tags: [tag])
    })
  }

  @discardableResult
  func toArchive(
    _ source: any CopySource, _ file: String, tags: [String] = ["one"],
    _ selection: ImageCopy.Selection = .platform(nil), hasReferrers: Bool = false
  ) async throws -> CopyResult {
    let path = folder(file)
    return try await ImageCopy(source, name: "it", selection: selection, hasReferrers: hasReferrers).run(to: { _ in
      try OCIArchiveCopyDestination(.file(path), name: "oci-archive:\(file)", tags: tags)
    })
  }

  @discardableResult
  func toDockerArchive(
    _ source: any CopySource, _ file: String, names: [String] = ["example.org/one:2"],
    _ selection: ImageCopy.Selection = .platform(nil)
  ) async throws -> CopyResult {
    let path = folder(file)
    let work = folder("work")
    return try await ImageCopy(source, name: "it", selection: selection).run(to: { root in
      try DockerArchiveCopyDestination(
        root, of: "it", to: .file(path), name: "docker-archive:\(file)", names: names.compactMap(Reference.init),
        folder: work)
    })
  }

  /// - Parameter target: `HOST/REPOSITORY:TAG`.
  @discardableResult
  func toRegistry(
    _ source: any CopySource, _ target: String, _ client: RegistryClient, tags: [String] = [],
    _ selection: ImageCopy.Selection = .platform(nil), hasReferrers: Bool = false
  ) async throws -> CopyResult {
    let reference = try #require(Reference(target))
    let work = folder("work")
    let copy = ImageCopy(source, name: "it", selection: selection, hasReferrers: hasReferrers)
    return try await copy.run(to: { root in
      try RegistryCopyDestination(
        root, to: reference, tags: [reference.tag].compactMap(\.self) + tags, client: client, folder: work)
    })
  }

  func registry(_ reference: String, _ client: RegistryClient) throws -> RegistrySource {
    RegistrySource(try #require(Reference(reference)), client: client)
  }

  func archive(_ file: String, _ kind: ArchiveSource.Kind = .oci, tag: String? = nil) async throws -> ArchiveContent {
    try await ArchiveContent.open(ArchiveSource(path: folder(file), kind: kind, tag: tag, name: file))
  }

  /// A layout with the sample image as `one`.
  func sample(_ compression: Compression = .gzip(level: 6)) throws -> OutputImage {
    let image = try SampleImage.make(compression, in: BlobStore(directory: folder("store")))
    try OCILayoutDestination(directory: folder("layout"), tag: "one").write(image)
    return image
  }

  /// An index of the sample image, one for s390x and an attestation of the first, as `many` of the layout.
  func several() throws -> (index: Descriptor, images: [Descriptor]) {
    let made = try sample()
    var other = made
    other.config.architecture = "s390x"
    try OCILayoutDestination(directory: folder("layout"), tag: "other").write(other)
    let layout = try ImageLayout(directory: folder("layout"))
    var first = try made.documents(.oci).manifest.descriptor
    first.platform = .host
    let statement = try layout.blobs.put(
      Array(#"{"_type":"statement"}"#.utf8), mediaType: MediaType("application/vnd.in-toto+json"))
    let config = try layout.blobs.put(Array("{}".utf8), mediaType: .imageConfig)
    var attestation = try layout.blobs.put(
      try CanonicalJSON.encode(Manifest(config: config, layers: [statement])), mediaType: .imageManifest)
    attestation.platform = Platform(os: "unknown", architecture: "unknown")
    attestation.annotations = ["vnd.docker.reference.digest": "\(first.digest)"]
    let images = [first, try other.documents(.oci).manifest.descriptor, attestation]
    let index = try layout.blobs.put(
      try CanonicalJSON.encode(ImageIndex(manifests: images)), mediaType: .imageIndex)
    try layout.put(index, tag: "many")
    return (index, images)
  }

  /// Tags what is no image: a manifest of such a config and such layers.
  func artifact(_ configType: String, _ layers: [(String, String)], annotations: [String: String]? = nil) throws
    -> Descriptor
  {
    let layout = try ImageLayout(directory: folder("layout"))
    let config = try layout.blobs.put(Array("{}".utf8), mediaType: MediaType(configType))
    let blobs = try layers.map { try layout.blobs.put(Array($0.1.utf8), mediaType: MediaType($0.0)) }
    let manifest = try layout.blobs.put(
      try CanonicalJSON.encode(Manifest(config: config, layers: blobs, annotations: annotations)),
      mediaType: .imageManifest)
    try layout.put(manifest, tag: "one")
    return manifest
  }

  /// Lists a signature of `subject` in the layout, without a tag.
  func sign(_ subject: Descriptor, _ content: String) throws -> Descriptor {
    let layout = try ImageLayout(directory: folder("layout"))
    let config = try layout.blobs.put(Array("{}".utf8), mediaType: .emptyJSON)
    let blob = try layout.blobs.put(Array(content.utf8), mediaType: MediaType("application/x-signature"))
    var signature = try layout.blobs.put(
      try CanonicalJSON.encode(
        Manifest(
          artifactType: "application/x-signature", config: config, layers: [blob],
          subject: Descriptor(mediaType: subject.mediaType, digest: subject.digest, size: subject.size))),
      mediaType: .imageManifest)
    signature.artifactType = "application/x-signature"
    try layout.list([signature])
    return signature
  }

  /// The blobs of a layout and what they are, a line each; a layout is checked by it, too.
  func blobs(of directory: String) throws -> String {
    try folder.shell("cd '\(directory)/blobs/sha256' && sha256sum * | awk '$1 != $2 {exit 1} {print $1}'")
  }
}

import ArgumentParser
import AWS
import FoundationEssentials
import Images
import OCI
import Registries

/// Where the verbs that look into images find them.
struct ImageOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Of an image for several platforms, this one; this machine's if not given.", valueName: "os/arch"))
  var platform: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The local store, an OCI image layout; the project's in this folder if not given.", valueName: "folder"))
  var store = ".imagesmith/images"

  @Flag(name: .shortAndLong, help: "Tell nothing but errors.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Tell more.")
  var verbose = false

  /// What an IMAGE may be, for the commands' help.
  static let help = """
    IMAGE is a group or a name in the local store, oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME], or a \
    reference into a registry: HOST/REPOSITORY[:TAG][@DIGEST], docker://debian:trixie. Nothing is unpacked to disk: layers \
    are read as streams where they are.
    """

  /// Finds the image and reads its documents.
  func image(_ text: String) async throws -> Image {
    Console.standard.set(quiet ? .quiet : verbose ? .verbose : .normal)
    return try await source(of: text).image(for: try wantedPlatform())
  }

  private func wantedPlatform() throws -> Platform? {
    guard let platform else { return nil }
    guard let wanted = Platform(platform) else {
      throw Failure(.usage, "--platform \(platform) is no platform", hint: "write --platform linux/arm64")
    }
    return wanted
  }

  private func source(of text: String) throws -> any ImageSource {
    switch try ImageLocation(text, exists: { FileManager.default.fileExists(atPath: $0) }) {
    case .local(let tag): return try local(tag)
    case .layout(let directory, let tag): return LayoutSource(directory: directory, tag: tag, name: text)
    case .ociArchive(let path, let tag): return ArchiveSource(path: path, kind: .oci, tag: tag, name: text)
    case .dockerArchive(let path, let tag): return ArchiveSource(path: path, kind: .docker, tag: tag, name: text)
    case .registry(let reference):
      // The store keeps an image also by the whole reference that --tag gave it.
      let kept = LayerOrigins(images: store).image(tagged: text)
      if LayoutSource.isLayout(store), try kept.hasImage() { return kept }
      return RegistrySource(reference, client: try RegistryAccess.client(for: reference.registry))
    }
  }

  private func local(_ tag: String) throws -> LayoutSource {
    let registry = "an image of a registry has a slash, a colon or docker:// in its name: docker://\(tag)"
    guard LayoutSource.isLayout(store) else {
      throw Failure(.input, "there is no image \(tag): \(store) is no image layout", hint: registry)
    }
    return LayerOrigins(images: store).image(tagged: tag)
  }
}

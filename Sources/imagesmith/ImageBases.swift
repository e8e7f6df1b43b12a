import AWS
import Builds
import Layers
import Native
import OCI
import Registries

/// Where FROM finds images: layouts on this machine, and registries.
struct ImageBases: BaseSource {
  func base(
    named name: String, platform: Platform, into blobs: BlobStore, except known: Set<Digest>
  ) async throws -> BaseImage {
    if name.hasPrefix("oci:") {
      return try await LayoutBase().base(named: name, platform: platform, into: blobs)
    }
    let reference: Reference
    do throws(ReferenceError) { reference = try Reference(parsing: name) } catch {
      throw BuildError(
        code: .input, message: "FROM \(name): that is no image reference: \(error.message)",
        hint: error.hint ?? "write HOST/REPOSITORY:TAG or oci:DIR:TAG")
    }
    do {
      return try await fetch(reference, platform: platform, into: blobs, except: known)
    } catch let error as RegistryError {
      throw BuildError(
        code: error.code.exitCode == Failure.Code.notAllowed.rawValue ? .baseDenied : .base,
        message: "the base \(name) cannot be had: \(error.message)",
        hint: error.hint ?? "is the name right, and may you pull it?")
    }
  }

  private func fetch(_ reference: Reference, platform: Platform, into blobs: BlobStore, except known: Set<Digest>)
    async throws -> BaseImage
  {
    let client = try RegistryAccess.client(for: reference.registry)
    let pulled = try await client.pull(reference, for: platform) { descriptor in
      try known.contains(descriptor.digest) || blobs.contains(descriptor.digest) || descriptor.mediaType == .imageConfig
        || descriptor.mediaType == .dockerConfig
        ? nil : try BlobFile(path: blobs.path(of: descriptor.digest), writtenIn: blobs.partial)
    }
    let config = try CanonicalJSON.decode(ImageConfig.self, from: pulled.config)
    let descriptors = pulled.resolved.content.layers
    guard config.rootfs.diffIDs.count == descriptors.count else {
      throw BuildError(code: .base, message: "\(reference) is spoilt: its config and its manifest differ in layers")
    }
    let layers = zip(config.rootfs.diffIDs, descriptors).map { Layer(diffID: $0, descriptor: $1) }
    return BaseImage(config: config, layers: layers, digest: pulled.resolved.image.digest)
  }
}

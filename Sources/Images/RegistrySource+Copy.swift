import OCI
import Registries

extension RegistrySource: CopySource {
  package func manifest(_ wanted: Descriptor?) async throws -> Image.Document {
    var name = reference
    if let wanted {
      name.tag = nil
      name.digest = wanted.digest
    }
    let fetched = try await client.fetchManifest(name)
    guard wanted == nil || wanted?.size == fetched.descriptor.size else {
      throw ImageError(
        .corrupt,
        "the manifest \(name) has \(fetched.descriptor.size) bytes, and \(wanted?.size ?? 0) by the index that names it"
      )
    }
    return try Image.Document(fetched.bytes, fetched.mediaType)
  }

  package func send(
    _ blob: Descriptor, to writer: any Registries.BlobWriter, progress: ProgressReceiver?
  ) async throws {
    // That it has arrived is no news: the destination says when it has taken it.
    try await client.fetchBlob(blob, from: reference, to: writer) { if $0.phase != .done { progress?($0) } }
  }

  package func referrers(of digest: Digest) async throws -> [Descriptor] {
    try await client.referrers(of: digest, in: reference)
  }

  package func place(of blob: Descriptor) -> BlobPlace { .repository(reference) }
}

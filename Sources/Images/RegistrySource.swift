import Native
import OCI
import Registries

/// An image in a registry. Its layers are read as they arrive; nothing is kept.
package struct RegistrySource: ImageSource, BlobSource {
  package let client: RegistryClient
  package let reference: Reference

  package init(_ reference: Reference, client: RegistryClient) {
    self.reference = reference
    self.client = client
  }

  package func image(for platform: Platform?) async throws -> Image {
    let resolved = try await client.resolve(reference, for: platform ?? .host)
    let manifest = try Image.Document(resolved.manifest.bytes, resolved.manifest.mediaType)
    let content = try Image.manifest(manifest, of: "\(reference)")
    let config = try Image.Document(try await client.fetchConfig(of: resolved), content.config.mediaType)
    return try Image(name: "\(reference)", manifest: manifest, content: content, config: config, source: self)
  }

  package func read<Value: Sendable>(
    _ blob: Descriptor, _ body: @escaping @Sendable (@escaping TarReader.Source) throws -> Value
  ) async throws -> Value {
    let pipe = try BlobPipe()
    // Ends of its own accord when `body` reads no further: what it sends then fails.
    async let transfer: Void = client.fetchBlob(blob, from: reference, to: pipe)
    let outcome: Result<Value, any Error>
    do {
      outcome = .success(
        try await BlockingPool.shared.run {
          defer { pipe.stopReading() }
          return try body { (buffer) throws(NativeError) in try pipe.read(into: buffer) }
        })
    } catch {
      outcome = .failure(error)
    }
    guard pipe.hasBeenReadToItsEnd else {
      // Nobody asks how the transfer ends that was not wanted to its end.
      _ = try? await transfer
      return try outcome.get()
    }
    // What was wrong with the transfer is the cause of whatever the reader met.
    try await transfer
    return try outcome.get()
  }
}

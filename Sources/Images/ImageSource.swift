import Native
import OCI

/// Where an image is found: a layout, an archive, a registry.
package protocol ImageSource: Sendable {
  /// Finds the image and reads its documents, no layer.
  ///
  /// - Parameter platform: which of several; nil takes this machine's, or the only one.
  /// - Throws: `ImageError`, `RegistryError`.
  func image(for platform: Platform?) async throws -> Image
}

/// Where the layers of an image that has been found are read from.
package protocol BlobSource: Sendable {
  /// Lets `body` read a blob of the image, on a thread that may block.
  ///
  /// - Parameter body: gets what fills a buffer with the blob's next bytes. When it has read all of them, their digest is
  ///   checked; when it leaves some, the rest is not fetched.
  /// - Throws: `ImageError.corrupt` for a blob of another content than its digest says, and what `body` throws.
  func read<Value: Sendable>(
    _ blob: Descriptor, _ body: @escaping @Sendable (@escaping TarReader.Source) throws -> Value
  ) async throws -> Value
}

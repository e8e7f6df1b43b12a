import Glibc
import Native
import OCI

/// An image of an OCI image layout on this machine, which is only read.
///
/// Source: OCI image specification v1.1, image-layout.md.
package struct LayoutSource: ImageSource, BlobSource {
  package let directory: String
  /// A tag, or a manifest's digest; nil takes the only image, or `latest`.
  package let tag: String?
  /// As the person named the image.
  package let name: String
  /// Brings a layer into the layout that is known and was never needed; nil for a layout that has all its layers.
  package let supply: (@Sendable (Descriptor) async throws -> Void)?

  package init(
    directory: String, tag: String?, name: String, supply: (@Sendable (Descriptor) async throws -> Void)? = nil
  ) {
    self.directory = directory
    self.tag = tag
    self.name = name
    self.supply = supply
  }

  package func image(for platform: Platform?) async throws -> Image {
    try await BlockingPool.shared.run { try read(for: platform) }
  }

  package func read<Value: Sendable>(
    _ blob: Descriptor, _ body: @escaping @Sendable (@escaping TarReader.Source) throws -> Value
  ) async throws -> Value {
    if let supply, access(path(of: blob), F_OK) != 0 { try await supply(blob) }
    return try await BlockingPool.shared.run {
      let file = OpenBlob(try open(blob))
      let check = try BlobCheck(blob, in: directory)
      do {
        return try body(check.checking { (buffer) throws(NativeError) in try file.file.read(into: buffer) })
      } catch {
        throw check.failure ?? error
      }
    }
  }

  /// Whether `directory` is an image layout.
  package static func isLayout(_ directory: String) -> Bool { access("\(directory)/index.json", F_OK) == 0 }

  /// Whether the layout lists an image by that tag.
  package func hasImage() throws -> Bool { try entries().has(tag) }

  private func read(for platform: Platform?) throws -> Image {
    try entries().image(tag: tag, for: platform, name: name, source: self) { try document($0) }
  }

  func entries() throws -> LayoutIndex {
    let index: [UInt8]
    do {
      index = try FileDescriptor.open("\(directory)/index.json").readAll(limit: Image.documentLimit)
    } catch {
      throw ImageError(
        error.errno == ENOENT || error.errno == ENOTDIR ? .notFound : .system, "\(name): \(error)",
        hint: error.errno == ENOENT ? "\(directory) is no image layout: write oci:DIR or oci:DIR:TAG" : nil)
    }
    let place = "\(directory)/index.json"
    return LayoutIndex(try Image.decode(ImageIndex.self, index, place), in: directory)
  }

  func document(_ blob: Descriptor) throws -> Image.Document {
    let file = try open(blob)
    return try .read(blob, in: directory) { (limit) throws(NativeError) in try file.readAll(limit: limit) }
  }

  func path(of blob: Descriptor) -> String {
    "\(directory)/blobs/\(blob.digest.algorithm.rawValue)/\(blob.digest.hex)"
  }

  private func open(_ blob: Descriptor) throws(ImageError) -> FileDescriptor {
    do throws(NativeError) {
      return try FileDescriptor.open(path(of: blob))
    } catch {
      guard error.errno == ENOENT else { throw ImageError(error) }
      throw ImageError(.corrupt, "\(name): the blob \(blob.digest) is missing in \(directory)")
    }
  }
}

extension OutputImage.Document {
  /// Reads a document whose digest is known.
  ///
  /// - Throws: `ImageError.corrupt` when it is another.
  static func read(
    _ blob: Descriptor, in place: String, _ bytes: (_ limit: Int) throws(NativeError) -> [UInt8]
  ) throws(ImageError) -> Self {
    do throws(NativeError) {
      let document = try Self(try bytes(Image.documentLimit), blob.mediaType)
      if document.descriptor.digest == blob.digest { return document }
      throw NativeError(operation: "", reason: "its content is \(document.descriptor.digest)")
    } catch {
      throw ImageError(
        error.errno == nil ? .corrupt : .system, "the blob \(blob.digest) in \(place) is damaged: \(error.reason)",
        hint: "make or fetch the image again")
    }
  }
}

import Glibc
import Native
import OCI

/// Unpacks layers into directories. Digest and DiffID are checked in the same pass; nothing is written outside of the
/// directory, whatever the layer says.
///
/// Needs the right to change owners and make devices: root, or root of a user namespace. All calls block.
package struct LayerExtractor: Sendable {
  package enum Form: Sendable {
    /// As a lower directory of an overlay mount: what the layer removes becomes a 0/0 device or a mark.
    case overlay(OverlayMarks)
    /// Upon what is in the directory: what the layer removes goes.
    case flat
  }

  package let form: Form
  /// The layers below, the lowest first: where parents that the layer does not have get mode and owner from, and hardlinks
  /// to files that it does not have their content. Nil when they are not known: a layer that asks for them then fails.
  package let lower: TreeView?
  /// Bytes that a layer may have when it is unpacked.
  package let limit: Int

  package static let defaultLimit = 1 << 37

  package init(form: Form, over lower: TreeView? = TreeView([]), limit: Int = LayerExtractor.defaultLimit) {
    self.form = form
    self.lower = lower
    self.limit = limit
  }

  /// What was unpacked.
  package struct Result: Sendable, Equatable {
    package var diffID: DiffID
    /// Bytes of the tar.
    package var size: Int
    /// Whether the layers below had a part in it, so that it is right only upon them.
    package var dependsOnLower: Bool
  }

  /// Unpacks into a new directory, which appears whole or not at all.
  ///
  /// - Parameters:
  ///   - diffID: what the tar's digest must be, where it is known.
  ///   - path: where the directory shall be; nothing may be there, and its parent must be.
  /// - Throws: `.corrupt` when the blob is another, is cut short, or is no layer; `.limit`, `.noSpace`, `.notFound`.
  package func extract(
    _ layer: Descriptor, diffID: DiffID? = nil, from store: BlobStore, into path: String
  ) throws(LayerError) -> Result {
    let temporary = "\(path).partial-\(try LayerError.translating { try RandomBytes.name() })"
    guard mkdir(temporary, 0o755) == 0 else { throw LayerError(NativeError(failed: "make the directory \(temporary)")) }
    do throws(LayerError) {
      let result = try apply(layer, diffID: diffID, from: store, onto: temporary)
      guard rename(temporary, path) == 0 else {
        throw LayerError(NativeError(failed: "rename \(temporary) to \(path)"))
      }
      return result
    } catch {
      try? Self.removeDirectory(temporary)
      throw error
    }
  }

  /// Unpacks upon what is in the directory at `path`. After an error it is half done.
  package func apply(
    _ layer: Descriptor, diffID: DiffID? = nil, from store: BlobStore, onto path: String
  ) throws(LayerError) -> Result {
    let input = try LayerInput(store.open(layer.digest), named: layer.digest, limit: limit)
    let root = try LayerError.translating { try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY) }
    var tree = LayerTree(root: root, form: form, lower: lower, limit: limit)
    do throws(LayerError) {
      try unpack(input, into: &tree)
    } catch {
      // A blob of another content is the cause of whatever went wrong in it.
      if error.code == .corrupt, (try? store.verify(layer.digest)) == nil {
        throw BlobStore.corrupt(layer.digest, in: store.directory)
      }
      throw error
    }
    let found = try input.finish(expecting: layer.digest)
    if let diffID, found.diffID != diffID {
      throw LayerError(
        code: .corrupt, message: "the layer \(layer.digest) unpacks to \(found.diffID) and should to \(diffID)",
        hint: "The image's config does not fit its layers; fetch or build it again.")
    }
    return Result(diffID: found.diffID, size: found.size, dependsOnLower: tree.dependsOnLower)
  }

  private func unpack(_ input: LayerInput, into tree: inout LayerTree) throws(LayerError) {
    do {
      // The digest says if something is missing, so an end marker need not.
      var reader = try TarReader(requiresEndMarker: false) { (buffer) throws(NativeError) in
        try input.read(into: buffer)
      }
      while let header = try reader.next() { try tree.apply(header, &reader) }
      try input.drain()
      try tree.finish()
    } catch let error as LayerError {
      throw error
    } catch let error as NativeError {
      if let failure = input.failure { throw failure }
      guard error.errno == nil else { throw LayerError(error) }
      throw LayerError(
        code: .corrupt, message: "the layer \(input.name) cannot be unpacked: \(error.reason)",
        hint: "Remove it, so that it is made or fetched again.")
    } catch {
      throw LayerError(code: .system, message: "\(error)")
    }
  }

  /// Removes a directory with all that is in it.
  package static func removeDirectory(_ path: String) throws(LayerError) {
    do throws(NativeError) {
      guard let slash = path.lastIndex(of: "/") else {
        return try FileDescriptor.open(".", O_RDONLY | O_DIRECTORY).removeTree(Array(path.utf8))
      }
      let name = Array(path[path.index(after: slash)...].utf8)
      try FileDescriptor.open(String(path[...slash]), O_RDONLY | O_DIRECTORY).removeTree(name)
    } catch {
      throw LayerError(error)
    }
  }
}

import Layers
import Native
import OCI

/// The bases that were fetched or made before, a small file for each: a build asks no registry for what it knows. `--pull`
/// asks anew.
package struct BaseCache: Sendable {
  /// The folder that holds the files.
  let directory: String

  /// - Parameter cache: the folder of the whole cache.
  package init(cache: String) { directory = "\(cache)/bases" }

  /// Stands for what an image's name means on a platform; nil for one on this machine, which is looked at each time.
  static func key(ofImage name: String, _ platform: Platform) throws -> StepKey? {
    guard let reference = Reference(name) else { return nil }
    var hasher = try StepKeyHasher("image")
    try hasher.add(["\(reference)", "\(platform)"])
    return try hasher.finish()
  }

  /// The configuration that an image had when it was fetched last, though its layers may be gone; nil when it was not.
  package func config(ofImage name: String, _ platform: Platform) throws -> ImageConfig? {
    try Self.key(ofImage: name, platform).flatMap(record(of:))?.config
  }

  /// The record of `key`; nil when there is none, or none that can be read.
  func record(of key: StepKey) -> BaseRecord? {
    guard let bytes = try? FileDescriptor.open(path(of: key)).readAll(limit: 1 << 20) else { return nil }
    return try? CanonicalJSON.decode(BaseRecord.self, from: bytes)
  }

  /// Keeps a record: whole or not at all.
  ///
  /// - Throws: `LayerError` when the cache cannot be written.
  func keep(_ record: BaseRecord, for key: StepKey) throws {
    try AtomicFile.write(CanonicalJSON.encode(record), to: path(of: key))
  }

  private func path(of key: StepKey) -> String { "\(directory)/\(key.hex).json" }
}

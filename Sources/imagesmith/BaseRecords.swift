import Builds
import Foundation
import Layers
import Native
import OCI

/// The bases that were pulled before: what a reference named then, so that a build asks no registry for what it has.
/// `--pull` asks anew.
struct BaseRecords: Sendable {
  /// One file for each reference and platform.
  let directory: String

  private struct Record: Codable {
    var reference: String
    var config: ImageConfig
    var layers: [Layer]
    var digest: Digest?
  }

  /// The base as it was pulled last; nil when it was not, or a blob of it is gone.
  func base(_ reference: Reference, _ platform: Platform, in blobs: BlobStore) throws -> BaseImage? {
    guard let data = try? Data(contentsOf: URL(filePath: path(reference, platform))),
      let record = try? CanonicalJSON.decode(Record.self, from: Array(data))
    else { return nil }
    for layer in record.layers where try blobs.size(of: layer.descriptor.digest) != layer.descriptor.size { return nil }
    return BaseImage(config: record.config, layers: record.layers, digest: record.digest)
  }

  /// The configuration of the base as it was pulled last, though its layers may be gone; nil when it was not.
  func config(of reference: Reference, _ platform: Platform) throws -> ImageConfig? {
    guard let data = try? Data(contentsOf: URL(filePath: path(reference, platform))) else { return nil }
    return try CanonicalJSON.decode(Record.self, from: Array(data)).config
  }

  func keep(_ base: BaseImage, as reference: Reference, _ platform: Platform) throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let record = Record(
      reference: "\(reference)", config: base.config, layers: base.layers, digest: base.digest)
    try Data(CanonicalJSON.encode(record)).write(to: URL(filePath: path(reference, platform)), options: .atomic)
  }

  private func path(_ reference: Reference, _ platform: Platform) throws -> String {
    let name = try SHA256.hash(Array("\(reference) \(platform)".utf8)).hexadecimal
    return "\(directory)/\(name).json"
  }
}

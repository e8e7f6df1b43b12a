import FoundationEssentials
import Glibc
import Layers
import Native
import OCI

/// What `--metadata-file` and `--iidfile` tell of an image that has been built.
///
/// Source: docker buildx build, "--metadata-file".
struct BuildMetadata: Encodable {
  var config: Digest
  /// Of the manifest.
  var descriptor: Descriptor
  /// What `--tag` says.
  var names: [String]

  private enum CodingKeys: String, CodingKey {
    case config = "containerimage.config.digest"
    case descriptor = "containerimage.descriptor"
    case digest = "containerimage.digest"
    case names = "image.name"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(config, forKey: .config)
    try container.encode(descriptor, forKey: .descriptor)
    try container.encode(descriptor.digest, forKey: .digest)
    if !names.isEmpty { try container.encode(names.joined(separator: ","), forKey: .names) }
  }

  /// Writes what the options ask for; the digest without a line's end, as docker does.
  ///
  /// - Throws: `LayerError` when a file cannot be written.
  func write(_ options: ExportOptions) throws {
    if let file = options.iidfile {
      try Self.write(Array("\(descriptor.digest)".utf8), to: file)
    }
    if let file = options.metadataFile {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try Self.write(Array(encoder.encode(self)) + Array("\n".utf8), to: file)
    }
  }

  /// A pipe or a device stays what it is; a file appears whole.
  private static func write(_ bytes: [UInt8], to path: String) throws {
    if let status = try FileStatus.of(Array(path.utf8)), status.kind != .file {
      return try FileDescriptor.open(path, O_WRONLY).write(bytes)
    }
    try AtomicFile.write(bytes, to: path)
  }
}

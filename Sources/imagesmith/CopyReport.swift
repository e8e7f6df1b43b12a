import Images
import OCI
import Registries

/// What `imagesmith copy` did, as `--json` prints it. Bytes are those of blobs, compressed as they are.
struct CopyReport: Encodable {
  /// As the lines without `--json`.
  let names: [String]
  /// Of the manifest or index at the destination.
  let digest: String
  /// What the source has there.
  let mediaType: String
  /// Of an index, the platform that was copied.
  let platform: String?
  let uploaded: Int
  let mounted: Int
  let existing: Int

  init(_ result: CopyResult) {
    names = result.outcome?.names ?? []
    digest = "\(result.outcome?.digest ?? result.root.digest)"
    mediaType = result.root.mediaType.rawValue
    platform = result.choice.map { "\($0.platform)" }
    uploaded = result.uploaded
    mounted = result.mounted
    existing = result.existing
  }

  /// For people.
  var summary: String {
    let parts = [("copied", uploaded), ("mounted", mounted), ("there already", existing)].filter { $0.1 > 0 }
    return parts.isEmpty ? "nothing to copy" : parts.map { "\(ByteCount.text($0.1)) \($0.0)" }.joined(separator: ", ")
  }

  /// What to tell of a blob; nil while it is on its way.
  static func line(of progress: BlobProgress) -> String? {
    let text = "\(progress.descriptor.digest.short) \(ByteCount.text(progress.total))"
    return switch progress.phase {
    case .waiting, .moving: nil
    case .done: "\(text) copied"
    case .existing: "\(text) there already"
    case .mounted: "\(text) mounted"
    case .restarted: "\(text) starts again"
    }
  }
}

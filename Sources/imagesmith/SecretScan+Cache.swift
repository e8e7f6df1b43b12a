import Builds
import Foundation
import Layers
import OCI
import Secrets

/// A cache leaves this machine as an image does.
extension SecretScan {
  /// For builds that no roster allows anything.
  init(allowed: [Allowance]) {
    self.init(
      records: ScanRecords(inCache: Environment.cacheDirectory), bases: BaseCache(cache: Environment.cacheDirectory),
      allowed: allowed)
  }

  /// By the roster of this folder, or by none.
  static func ofWorkingFolder() throws -> SecretScan {
    guard FileManager.default.fileExists(atPath: "users.yaml") else { return SecretScan(allowed: []) }
    return SecretScan(try Project(file: "users.yaml", groups: []))
  }

  /// What of a cache's content may go: without the steps whose layers have a secret in them, as was seen when they were
  /// written, and without the secrets in the text of the others.
  ///
  /// - Returns: also the first lines of the steps that may not.
  func cleared(_ content: CacheContent) -> (content: CacheContent, refused: [String]) {
    var cleared = content
    var refused: [String] = []
    for (key, record) in content.steps {
      cleared.steps[key]?.instruction = ConfigScan().redacted(record.instruction)
      guard let layer = record.layer, let result = records.result(of: layer.diffID.digest), !leaks(result).isEmpty
      else { continue }
      cleared.steps[key] = nil
      refused.append(Self.shown(record.instruction))
    }
    return (cleared, Set(refused).sorted())
  }
}

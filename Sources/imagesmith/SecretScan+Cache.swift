import Builds
import FoundationEssentials
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

  /// What of a cache's content may go: without the steps, bases and folders of cache mounts in whose layers a secret was seen
  /// when they were written, and without the secrets in the text of the other steps.
  ///
  /// - Returns: also what may not go, by the first lines of steps, the names of bases and the ids of mounts.
  func cleared(_ content: CacheContent) -> (content: CacheContent, refused: [String]) {
    var cleared = content
    var refused: Set<String> = []
    for (key, record) in content.steps {
      cleared.steps[key]?.instruction = ConfigScan().redacted(record.instruction)
      guard let layer = record.layer, hasLeaks(layer) else { continue }
      cleared.steps[key] = nil
      cleared.sights["\(layer.diffID)"] = nil
      refused.insert(Self.shown(record.instruction))
    }
    for (key, base) in content.bases where base.layers.contains(where: hasLeaks) {
      cleared.bases[key] = nil
      refused.insert(base.name)
    }
    for (id, layer) in content.mounts where hasLeaks(layer) {
      cleared.mounts[id] = nil
      refused.insert("the cache mount \(id)")
    }
    return (cleared, refused.sorted())
  }

  private func hasLeaks(_ layer: Layer) -> Bool {
    records.result(of: layer.diffID.digest).map { !leaks($0).isEmpty } ?? false
  }
}

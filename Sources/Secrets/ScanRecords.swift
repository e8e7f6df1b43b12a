import FoundationEssentials
import Glibc
import Native
import OCI

/// What was found in layers and configs before, so that nobody looks at them again: a small file for each, by its digest.
package struct ScanRecords: Sendable {
  /// The folder that holds the files; made, with those above it, when the first is written. It can be deleted at any time.
  package let directory: String
  private let version: Int

  /// Those of a build cache: of each layer that a build writes, what was found in it meanwhile.
  package init(inCache directory: String) { self.init(directory: directory + "/scans", version: RuleTable.version) }

  init(directory: String, version: Int) {
    self.directory = directory
    self.version = version
  }

  private struct Record: Codable {
    /// Of the table of rules.
    var version: Int
    var result: ScanResult
  }

  /// What was found; nil when it is not known, or was looked for by other rules.
  ///
  /// - Parameter digest: a layer's DiffID, or a config's digest.
  package func result(of digest: Digest) -> ScanResult? {
    let path = path(of: digest)
    guard let bytes = try? FileDescriptor.open(path).readAll(limit: 1 << 20),
      let record = try? CanonicalJSON.decode(Record.self, from: bytes), record.version == version
    else { return nil }
    // What is in use does not grow old.
    utimensat(AT_FDCWD, path, nil, 0)
    return record.result
  }

  /// - Throws: when it cannot be written.
  package func keep(_ result: ScanResult, of digest: Digest) throws {
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let bytes = try CanonicalJSON.encode(Record(version: version, result: result))
    try AtomicFile.write(bytes, to: path(of: digest), mode: 0o600, isSynchronized: false)
  }

  private func path(of digest: Digest) -> String { "\(directory)/\(digest.hex)" }
}

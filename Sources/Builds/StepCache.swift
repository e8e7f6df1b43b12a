import FoundationEssentials
import Glibc
import Layers
import Native
import OCI

/// What steps have made before: a small file for each key.
struct StepCache: Sendable {
  /// What is known of a step.
  struct Record: Codable, Sendable, Equatable {
    /// Nil when the step changed nothing.
    var layer: Layer?
    /// The instruction, for people who look into the cache.
    var instruction: String
  }

  /// The folder that holds the files.
  let directory: String

  /// The record of `key`; nil when there is none, or none that can be read.
  func record(of key: StepKey) -> Record? {
    guard let data = try? Data(contentsOf: URL(filePath: path(of: key))) else { return nil }
    return try? CanonicalJSON.decode(Record.self, from: Array(data))
  }

  /// Keeps a record: whole or not at all.
  ///
  /// - Throws: when the cache cannot be written.
  func keep(_ record: Record, for key: StepKey) throws {
    let path = path(of: key)
    try FileManager.default.createDirectory(
      atPath: directory + "/" + key.hex.prefix(2), withIntermediateDirectories: true)
    try Data(CanonicalJSON.encode(record)).write(to: URL(filePath: path), options: .atomic)
  }

  /// Forgets `key`, whose layer was found spoilt.
  func forget(_ key: StepKey) {
    unlink(path(of: key))
  }

  private func path(of key: StepKey) -> String {
    "\(directory)/\(key.hex.prefix(2))/\(key.hex).json"
  }
}

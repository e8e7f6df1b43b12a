import Glibc
import Layers
import Native
import OCI

/// What steps have made before: a small file for each key.
struct StepCache: Sendable {
  /// The folder that holds the files.
  let directory: String

  /// The record of `key`; nil when there is none, or none that can be read.
  func record(of key: StepKey) -> StepRecord? {
    guard let bytes = try? FileDescriptor.open(path(of: key)).readAll(limit: 1 << 20) else { return nil }
    return try? CanonicalJSON.decode(StepRecord.self, from: bytes)
  }

  /// Keeps a record: whole or not at all.
  ///
  /// - Throws: `LayerError` when the cache cannot be written.
  func keep(_ record: StepRecord, for key: StepKey) throws {
    let folder = "\(directory)/\(key.hex.prefix(2))"
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw NativeError(failed: "make \(folder)") }
    try AtomicFile.write(CanonicalJSON.encode(record), to: path(of: key))
  }

  /// All records that can be read, with the paths of their files, in no certain order.
  func all() -> [(path: String, record: StepRecord)] {
    names(in: directory).flatMap { folder in
      names(in: "\(directory)/\(folder)").compactMap { name in
        let path = "\(directory)/\(folder)/\(name)"
        guard name.hasSuffix(".json"), let bytes = try? FileDescriptor.open(path).readAll(limit: 1 << 20),
          let record = try? CanonicalJSON.decode(StepRecord.self, from: bytes)
        else { return nil }
        return (path, record)
      }
    }
  }

  private func names(in folder: String) -> [String] {
    let names = try? FileDescriptor.open(folder, O_RDONLY | O_DIRECTORY).names()
    return (names ?? []).map { String(decoding: $0, as: UTF8.self) }
  }

  private func path(of key: StepKey) -> String {
    "\(directory)/\(key.hex.prefix(2))/\(key.hex).json"
  }
}

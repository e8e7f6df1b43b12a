import Foundation
import Recipes

/// Where the tests find files of this repository.
enum Place {
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
  static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let templates = repository.appending(path: "Sources/Recipes/Templates")

  /// This repository's own lock file.
  static func lock() throws -> PythonLock {
    let bytes = try Data(contentsOf: repository.appending(path: SampleRoster.lockPath))
    return try PythonLock(path: SampleRoster.lockPath, bytes: Array(bytes))
  }
}

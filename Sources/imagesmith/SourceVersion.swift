import Foundation

/// `{version}` in a tag.
enum SourceVersion {
  /// The commit that is built, twelve digits; nil where nothing says it, or files differ from it.
  static func commit(in directory: String) -> String? {
    if let version = Environment["CODEBUILD_RESOLVED_SOURCE_VERSION"], version.allSatisfy(\.isHexDigit) {
      return String(version.prefix(12))
    }
    guard let status = git("-C", directory, "status", "--porcelain"), status.isEmpty else { return nil }
    return git("-C", directory, "rev-parse", "--short=12", "HEAD").flatMap { $0.isEmpty ? nil : $0 }
  }

  private static func git(_ arguments: String...) -> String? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git"] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

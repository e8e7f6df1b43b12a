import Native
import Synchronization

/// `{version}` in a tag.
enum SourceVersion {
  /// The commit that is built, twelve digits; nil where nothing says it, or files differ from it.
  static func commit(in directory: String) async -> String? {
    if let version = Environment["CODEBUILD_RESOLVED_SOURCE_VERSION"], version.allSatisfy(\.isHexDigit) {
      return String(version.prefix(12))
    }
    // Commit and changes by one call of git.
    guard let status = await git("-C", directory, "status", "--porcelain=v2", "--branch") else { return nil }
    return commit(ofStatus: status)
  }

  /// Source: git-status(1), "Porcelain Format Version 2": headers begin with `#`, every other line is a change.
  static func commit(ofStatus status: String) -> String? {
    let lines = status.split(separator: "\n")
    guard lines.allSatisfy({ $0.hasPrefix("#") }),
      let commit = lines.first(where: { $0.hasPrefix("# branch.oid ") })?.split(separator: " ").last,
      commit.count >= 40, commit.allSatisfy(\.isHexDigit)
    else { return nil }
    return String(commit.prefix(12))
  }

  /// What git writes; nil when it fails. Foundation's own class for processes is a run loop and three threads.
  private static func git(_ arguments: String...) async -> String? {
    let written = Mutex<[UInt8]>([])
    let process = ChildProcess(
      "/bin/sh", ["-c", "exec git \"$@\" 2>/dev/null", "sh"] + arguments,
      environment: Environment.variables.map { "\($0.key)=\($0.value)" })
    let status = try? await process.run { bytes in written.withLock { $0.append(contentsOf: bytes) } }
    return status == .exited(0) ? String(decoding: written.withLock { $0 }, as: UTF8.self) : nil
  }
}

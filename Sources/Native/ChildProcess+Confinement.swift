import CLinux
import Glibc

extension ChildProcess {
  /// What keeps a program from the machine without any namespace: another root, an owner, fewer capabilities. A second process
  /// stands guard, and kills what the program leaves behind.
  ///
  /// Source: chroot(2), capabilities(7), prctl(2) PR_SET_CHILD_SUBREAPER.
  package struct Confinement: Sendable {
    /// What becomes `/`.
    package var root: String
    /// In that root.
    package var directory: String
    package var uid: UInt32
    package var gid: UInt32
    package var additionalGIDs: [UInt32]
    /// Bit N stands for capability N of capabilities(7): what the program may have at most.
    package var capabilities: UInt64
    /// Whether set-user-id programs give their owner's rights.
    package var allowsNewPrivileges: Bool
    /// Limits of setrlimit(2): `RLIMIT_…`, soft, hard.
    package var limits: [(resource: Int32, soft: UInt64, hard: UInt64)] = []

    package init(
      root: String, directory: String, uid: UInt32, gid: UInt32, additionalGIDs: [UInt32] = [], capabilities: UInt64,
      allowsNewPrivileges: Bool = false
    ) {
      self.root = root
      self.directory = directory
      self.uid = uid
      self.gid = gid
      self.additionalGIDs = additionalGIDs
      self.capabilities = capabilities
      self.allowsNewPrivileges = allowsNewPrivileges
    }

    /// Where a program may be in the root, as execvp(3) looks for it in `PATH` of its own environment.
    func candidates(for program: String, _ environment: [String]) -> [String] {
      if program.contains("/") { return [program] }
      let path = environment.last { $0.hasPrefix("PATH=") }?.dropFirst("PATH=".count)
      return (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map { "\($0)/\(program)" }
    }
  }

  /// Calls `body` with the confinement as C has it, or null.
  func withConfinement<Result>(
    _ root: UnsafeMutablePointer<CChar>?, _ directory: UnsafeMutablePointer<CChar>?,
    _ candidates: [UnsafeMutablePointer<CChar>?], _ body: (UnsafePointer<imagesmith_confinement>?) -> Result
  ) -> Result {
    guard let confinement else { return body(nil) }
    return confinement.additionalGIDs.withUnsafeBufferPointer { groups in
      candidates.map { UnsafePointer($0) }.withUnsafeBufferPointer { candidates in
        confinement.limits.map { imagesmith_limit(resource: $0.resource, soft: $0.soft, hard: $0.hard) }
          .withUnsafeBufferPointer { limits in
            var value = imagesmith_confinement(
              root: root, directory: directory, candidates: candidates.baseAddress, user: confinement.uid,
              group: confinement.gid, groups: groups.baseAddress, group_count: groups.count,
              capabilities: confinement.capabilities, no_new_privileges: !confinement.allowsNewPrivileges,
              limits: limits.baseAddress, limit_count: limits.count)
            return body(&value)
          }
      }
    }
  }
}

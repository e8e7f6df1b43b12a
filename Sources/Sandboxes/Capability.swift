import Native

/// What root may do, piece by piece; the number is the kernel's. Source: capabilities(7).
enum Capability: Int, CaseIterable, Sendable {
  case chown = 0
  case dacOverride, dacReadSearch, fowner, fsetid, kill, setgid, setuid, setpcap, linuxImmutable, netBindService
  case netBroadcast, netAdmin, netRaw, ipcLock, ipcOwner, sysModule, sysRawio, sysChroot, sysPtrace, sysPacct
  case sysAdmin, sysBoot, sysNice, sysResource, sysTime, sysTtyConfig, mknod, lease, auditWrite, auditControl
  case setfcap, macOverride, macAdmin, syslog, wakeAlarm, blockSuspend, auditRead, perfmon, bpf, checkpointRestore

  /// Such as `CAP_SYS_ADMIN`.
  var name: String {
    var text = "CAP_"
    for character in "\(self)" {
      if character.isUppercase { text += "_" }
      text += character.uppercased()
    }
    return text
  }

  /// What Docker gives to a container by default.
  static let standard: [Capability] = [
    .chown, .dacOverride, .fsetid, .fowner, .mknod, .netRaw, .setgid, .setuid, .setfcap, .setpcap, .netBindService,
    .sysChroot, .kill, .auditWrite,
  ]

  /// Bit N stands for capability N.
  static func mask(_ capabilities: [Capability]) -> UInt64 {
    capabilities.reduce(0) { $0 | 1 << UInt64($1.rawValue) }
  }
}

extension Capability {
  /// What this process has in effect. Source: proc_pid_status(5), `CapEff`.
  static func effective() -> [Capability] {
    guard let bytes = try? FileDescriptor.open("/proc/self/status").readAll(limit: 1 << 16) else { return [] }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("CapEff:") }
    let mask = line?.split(whereSeparator: \.isWhitespace).last.flatMap { UInt64($0, radix: 16) } ?? 0
    return allCases.filter { mask >> UInt64($0.rawValue) & 1 == 1 }
  }

  static func isEffective(_ capability: Capability) -> Bool { effective().contains(capability) }
}

extension Isolation {
  /// Whether this process may mount, and make namespaces.
  package static var allowsMounts: Bool { Capability.isEffective(.sysAdmin) }
}

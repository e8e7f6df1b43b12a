/// The system calls that a command may make: docker's choice, as a bundle's `config.json` has it.
///
/// A call that is in neither list answers ENOSYS: a kernel newer than these lists has calls that C libraries try first, and
/// only that answer makes them take the older one. Source: OCI runtime specification v1.0, config-linux.md, "Seccomp";
/// Docker's documentation, "Seccomp security profiles for Docker".
struct SeccompProfile: Encodable {
  var defaultAction = "SCMP_ACT_ERRNO"
  var defaultErrnoRet = SeccompProfile.noSuchCall
  var architectures = SeccompProfile.architectures
  var syscalls = SeccompProfile.rules

  struct Rule: Encodable {
    var names: [String]
    var action = "SCMP_ACT_ALLOW"
    var errnoRet: UInt32?
    var args: [Argument]?
  }

  /// A condition on an argument of a call.
  struct Argument: Encodable {
    var index: UInt32
    var value: UInt64
    var valueTwo: UInt64?
    var op: String
  }

  private static let notPermitted: UInt32 = 1
  private static let noSuchCall: UInt32 = 38

  #if arch(arm64)
    private static let architectures = ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]
  #else
    // Not x32, which hardly any kernel has: the runtime takes 10 ms to compile the filter for each.
    private static let architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]
  #endif

  /// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
  private static let namespaceFlags: UInt64 = 0x7E02_0000
  /// Of personality(2): Linux, Linux with short inodes or without randomized addresses, or only asked for.
  private static let personalities: [UInt64] = [0x0, 0x8, 0x20000, 0x20008, 0xFFFF_FFFF]
  /// AF_VSOCK, which leads to the hypervisor.
  private static let virtualMachineSockets: UInt64 = 40

  private static let rules: [Rule] =
    [
      Rule(names: SystemCalls.allowed),
      Rule(names: SystemCalls.refused, action: "SCMP_ACT_ERRNO", errnoRet: notPermitted),
      // The flags of clone3 are in memory, where no filter sees them; without it C libraries use clone.
      Rule(names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: noSuchCall),
      Rule(
        names: ["clone"],
        args: [Argument(index: 0, value: namespaceFlags, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ")]),
      Rule(names: ["socket"], args: [Argument(index: 0, value: virtualMachineSockets, op: "SCMP_CMP_NE")]),
    ]
    + personalities.map { value in
      Rule(names: ["personality"], args: [Argument(index: 0, value: value, op: "SCMP_CMP_EQ")])
    }
}

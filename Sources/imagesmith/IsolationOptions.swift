import ArgumentParser
import Sandboxes

/// How RUN is kept from the machine.
struct IsolationOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "How RUN is kept from the machine: auto, oci, rootless or chroot. IMAGESMITH_ISOLATION sets it too.",
      discussion: """
        oci is crun or runc over overlayfs, as root. rootless is the same in a user namespace, for a user who is not root; \
        install uidmap and have ranges in /etc/subuid, or files can belong to nobody but you. chroot needs root, but neither \
        mounts nor namespaces: it is for containers that are not privileged, has no /proc, no seccomp and no network of its \
        own, and does not hide the machine's processes. All make the same layers. auto takes the first that works.
        Example:  imagesmith build --isolation chroot --tag tools .
        """,
      valueName: "auto|oci|rootless|chroot"))
  var isolation: Isolation?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What a Dockerfile may ask for beyond the ordinary: security.insecure lets RUN --security=insecure have all "
        + "capabilities and system calls. network.host is always allowed: RUN has the machine's network, but for "
        + "--network=none. May be given several times.", valueName: "entitlement"))
  var allow: [Entitlement] = []

  enum Entitlement: String, ExpressibleByArgument, CaseIterable {
    case insecure = "security.insecure"
    case hostNetwork = "network.host"
  }

  var allowsInsecure: Bool { allow.contains(.insecure) }

  /// What was chosen: the option, else the variable.
  ///
  /// - Throws: `Failure` for a value of the variable that is not known.
  func chosen() throws -> Isolation {
    if let isolation { return isolation }
    guard let text = Environment["IMAGESMITH_ISOLATION"] else { return .auto }
    guard let isolation = Isolation(rawValue: text) else {
      throw Failure(
        .usage, "IMAGESMITH_ISOLATION is '\(text)', which is no isolation",
        hint: "set it to one of " + Isolation.allCases.map(\.rawValue).joined(separator: ", ") + ", or unset it")
    }
    return isolation
  }
}

extension Isolation: ExpressibleByArgument {}

extension IsolationOptions {
  /// Moves this process into a user namespace, where its user is not root and that is what isolation needs.
  func enterNamespace() throws {
    if try chosen().wantsUserNamespace { RootlessEntry.enter(path: Environment.path) }
  }
}

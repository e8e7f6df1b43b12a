/// How a RUN is kept from the machine: `--isolation`, `IMAGESMITH_ISOLATION`.
package enum Isolation: String, CaseIterable, Sendable {
  /// The first of the others that works here.
  case auto
  /// An OCI runtime over overlayfs, as root of the machine: needs CAP_SYS_ADMIN.
  case oci
  /// The same as root of a user namespace: needs no right, but a machine that lets users make namespaces.
  case rootless
  /// chroot(2) alone, upon a real copy of the tree: needs root, and neither mounts nor namespaces, as in a container that is
  /// not privileged. It keeps a RUN's files apart and not its processes: use it where the machine is the build's own.
  case chroot

  /// Whether a user who is not root wants this process moved into a user namespace.
  package var wantsUserNamespace: Bool { self != .oci }
}

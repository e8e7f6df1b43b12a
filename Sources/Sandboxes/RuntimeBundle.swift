import FoundationEssentials
import Glibc
import Native

/// What the runtime finds in a workspace: its `config.json`, the overlay that is its root, and the mounts that must stand
/// before it starts.
struct RuntimeBundle {
  /// Done in the runtime's own mount namespace, relative to the workspace.
  let hostMounts: [ChildProcess.Mount]

  /// Writes the bundle.
  ///
  /// - Throws: `SandboxError` when the workspace cannot be written.
  init(
    _ command: SandboxCommand, _ root: RootFilesystem, _ workspace: Workspace, hasSeccomp: Bool
  ) throws(SandboxError) {
    let isRootless = UserNamespace.isEntered
    let links = workspace.path + "/lower"
    guard mkdir(links, 0o755) == 0 || errno == EEXIST else { throw .failed("make \(links)") }
    var mounts = [
      RuntimeSpec.Mount(
        destination: command.hostsPath, type: "bind", source: try Self.hosts(workspace, command),
        options: ["bind", "ro"])
    ]
    if access("/etc/resolv.conf", R_OK) == 0 {
      mounts.append(
        RuntimeSpec.Mount(
          destination: command.resolverPath, type: "bind", source: "/etc/resolv.conf", options: ["bind", "ro"]))
    }
    let kernelMounts = RuntimeSpec.kernelMounts(
      rootless: isRootless, hasOneUser: isRootless && UserNamespace.hasOneUser)
    var directories = kernelMounts.map(\.destination)
    var files = [command.hostsPath, command.resolverPath]
    var trees: [ChildProcess.Mount] = []

    for (number, mount) in command.mounts.enumerated() {
      let access = mount.isReadOnly ? "ro" : "rw"
      func bind(_ source: String) -> RuntimeSpec.Mount {
        RuntimeSpec.Mount(destination: mount.target, type: "bind", source: source, options: ["rbind", access])
      }
      switch mount.source {
      case .file(let path):
        files.append(mount.target)
        mounts.append(bind(path))
      case .directory(let path):
        directories.append(mount.target)
        mounts.append(bind(path))
      case .tmpfs(let size, let mode):
        directories.append(mount.target)
        var options = ["nosuid", "nodev", "mode=\(String(mode, radix: 8))", access]
        if let size { options.append("size=\(size)") }
        mounts.append(RuntimeSpec.Mount(destination: mount.target, type: "tmpfs", source: "tmpfs", options: options))
      case .tree(let lower, let path):
        let overlay = try Overlay(
          workspace, name: "t\(number)", lower: lower, upper: "t\(number).upper", work: "t\(number).work",
          isRootless: isRootless)
        trees.append(overlay.mount)
        let source = workspace.path + "/" + overlay.mount.target + "/" + path
        let isDirectory = lower.contains { Self.isDirectory("\($0)/\(path)") }
        if isDirectory { directories.append(mount.target) } else { files.append(mount.target) }
        mounts.append(bind(source))
      }
    }
    try MountPoints(root: workspace.stubs).make(directories: directories, files: files)

    let overlay = try Overlay(
      workspace, name: "rootfs", lower: [workspace.stubs] + root.lower, upper: "upper", work: "work",
      isRootless: isRootless)
    hostMounts =
      trees + [
        overlay.mount,
        // The runtime looks at its own processes, whose namespace is new.
        ChildProcess.Mount(
          source: "proc", target: "/proc", type: "proc", flags: UInt(MS_NOSUID | MS_NOEXEC | MS_NODEV)),
        // crun refuses a machine that has both generations of control groups; a RUN is in no group of its own.
        ChildProcess.Mount(source: "cgroup2", target: "/sys/fs/cgroup", type: "cgroup2"),
      ]
    let spec = RuntimeSpec(command, mounts: kernelMounts + mounts, hasSeccomp: hasSeccomp)
    do {
      try JSONEncoder().encode(spec).write(to: URL(filePath: workspace.path + "/config.json"))
    } catch {
      throw SandboxError(code: .failed, message: "cannot write \(workspace.path)/config.json: \(error)")
    }
  }

  private static func hosts(_ workspace: Workspace, _ command: SandboxCommand) throws(SandboxError) -> String {
    let path = workspace.path + "/hosts"
    do {
      try Data(HostsFile.text(of: command).utf8).write(to: URL(filePath: path))
    } catch {
      throw SandboxError(code: .failed, message: "cannot write \(path): \(error)")
    }
    return path
  }

  private static func isDirectory(_ path: String) -> Bool {
    var information = stat()
    return lstat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
  }
}

/// One overlay mount, whose options fit into the one page that mount(2) takes: the layers go by short links.
private struct Overlay {
  let mount: ChildProcess.Mount

  /// - Parameters:
  ///   - name: the folder in the workspace on which it is mounted.
  ///   - lower: the layers, lowest first.
  ///   - upper: the folder in the workspace that takes what is written.
  ///   - isRootless: whether marks have to be attributes that a user may set.
  init(
    _ workspace: Workspace, name: String, lower: [String], upper: String, work: String, isRootless: Bool
  ) throws(SandboxError) {
    for folder in [name, upper, work] {
      let path = "\(workspace.path)/\(folder)"
      guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw .failed("make \(path)") }
    }
    var links: [String] = []
    // overlayfs names the topmost first.
    for (number, folder) in lower.reversed().enumerated() {
      let link = "lower/\(name).\(number)"
      guard symlink(folder, workspace.path + "/" + link) == 0 || errno == EEXIST else {
        throw .failed("link \(folder)")
      }
      links.append(link)
    }
    let options =
      (isRootless ? ["userxattr", "redirect_dir=nofollow"] : ["redirect_dir=off"]) + [
        "metacopy=off", "index=off", "xino=off",
        // Nothing of a RUN survives a crash of the machine half-done, so overlayfs need not sync.
        "volatile", "upperdir=\(upper)", "workdir=\(work)", "lowerdir=" + links.joined(separator: ":"),
      ]
    mount = ChildProcess.Mount(source: "overlay", target: name, type: "overlay", data: options.joined(separator: ","))
  }
}

import Native

/// Runs one command in a root file system, cut off from the machine around it.
package protocol Sandbox: Sendable {
  /// Whether it joins the layers of a root file system by itself, and brings what a command changes into the workspace's
  /// `upper`. Else the root file system is one folder, which the command changes in place, and nothing can be mounted.
  var joinsLayers: Bool { get }

  /// Runs `command` and waits for its end; a cancelled task ends it and all that it started.
  ///
  /// - Parameters:
  ///   - workspace: an empty folder of the caller's on a file system that can hold an overlay's upper layer. Afterwards, of a
  ///     sandbox that joins layers, its `upper` holds what the command changed, in overlayfs's form.
  ///   - output: takes what the command writes; nil lets it write to, and read from, this program's own streams.
  /// - Returns: how the command ended. A status other than zero is a result, not an error.
  /// - Throws: `SandboxError` when the command could not be started.
  func run(
    _ command: SandboxCommand, on root: RootFilesystem, workspace: Workspace,
    output: (@Sendable (UnsafeRawBufferPointer) -> Void)?
  ) async throws -> ChildProcess.Status
}

/// The folders, lowest first, that overlayfs joins to the tree that a command sees; none is changed. Where the sandbox does not
/// join layers it is one folder, the tree itself.
package struct RootFilesystem: Sendable, Equatable {
  package var lower: [String]

  package init(lower: [String]) { self.lower = lower }
}

/// A folder that one command has for itself while it runs.
package struct Workspace: Sendable, Equatable {
  /// Absolute.
  package var path: String

  package init(path: String) { self.path = path }

  /// What the command changed.
  package var upper: String { path + "/upper" }
  /// The mount points that no layer has.
  var stubs: String { path + "/stubs" }
}

/// What runs, as whom, and what it sees besides its root file system.
package struct SandboxCommand: Sendable, Equatable {
  package enum Network: Sendable, Equatable {
    /// The machine's own.
    case host
    /// A loopback interface alone.
    case none
  }

  package var arguments: [String]
  /// `NAME=value`.
  package var environment: [String]
  /// Absolute.
  package var workingDirectory: String
  package var user: UserIdentity
  package var mounts: [SandboxMount]
  package var network: Network
  package var hostname: String
  /// Whether it has all capabilities, and may make every system call.
  package var isPrivileged: Bool
  /// Whether set-user-id programs give their owner's rights.
  package var allowsNewPrivileges: Bool
  /// Where the machine's host names and resolvers are seen: `/etc/hosts` and `/etc/resolv.conf`, or where these lead when
  /// they are links, as a mount point that is made behind a link would stay in the layer.
  package var hostsPath = "/etc/hosts"
  package var resolverPath = "/etc/resolv.conf"
  /// Sent when the task is cancelled; nil kills.
  package var stopSignal: Int32?
  package var limits = SandboxLimits()

  package init(
    arguments: [String], environment: [String], workingDirectory: String = "/", user: UserIdentity = .root,
    mounts: [SandboxMount] = [], network: Network = .host, hostname: String = "imagesmith",
    isPrivileged: Bool = false, allowsNewPrivileges: Bool = false, stopSignal: Int32? = nil
  ) {
    self.arguments = arguments
    self.environment = environment
    self.workingDirectory = workingDirectory
    self.user = user
    self.mounts = mounts
    self.network = network
    self.hostname = hostname
    self.isPrivileged = isPrivileged
    self.allowsNewPrivileges = allowsNewPrivileges
    self.stopSignal = stopSignal
  }
}

/// The numbers that a process runs under.
package struct UserIdentity: Sendable, Equatable {
  package var uid: UInt32
  package var gid: UInt32
  package var additionalGIDs: [UInt32]

  package init(uid: UInt32, gid: UInt32, additionalGIDs: [UInt32] = []) {
    self.uid = uid
    self.gid = gid
    self.additionalGIDs = additionalGIDs
  }

  package static let root = UserIdentity(uid: 0, gid: 0)
}

/// Something mounted for one command, that its layer does not get.
package struct SandboxMount: Sendable, Equatable {
  package enum Source: Sendable, Equatable {
    /// A file of the machine.
    case file(String)
    /// A folder of the machine.
    case directory(String)
    /// The folder `path` of a tree that overlayfs joins from `lower`; what is written to it is lost.
    case tree(lower: [String], path: String)
    /// An empty file system in memory of at most `size` bytes, with the given permission bits.
    case tmpfs(size: Int?, mode: UInt32)
  }

  package var source: Source
  /// Absolute, in the command's root.
  package var target: String
  package var isReadOnly: Bool

  package init(_ source: Source, at target: String, isReadOnly: Bool) {
    self.source = source
    self.target = target
    self.isReadOnly = isReadOnly
  }
}

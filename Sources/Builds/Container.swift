import Glibc
import Layers
import Native
import OCI
import Sandboxes

/// A finished image, started on this machine as ECS would start it; what it writes is lost when it ends.
package struct Container: Sendable {
  let config: ImageConfig
  let layers: [Layer]

  /// - Parameter layers: lowest first, their blobs in the cache's store.
  package init(config: ImageConfig, layers: [Layer]) {
    self.config = config
    self.layers = layers
  }

  /// Starts the image's entry point and waits for its end. A cancelled task sends it the image's stop signal.
  ///
  /// - Parameters:
  ///   - environment: `NAME=value`, over the image's own.
  ///   - output: takes what it writes.
  /// - Throws: `SandboxError` when it cannot be started; `LayerError` when a layer is damaged; `CancellationError` when it was ended.
  package func run(
    environment: [String], cache: BuildCache, sandbox: any Sandbox,
    output: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
  ) async throws -> ChildProcess.Status {
    let tree = StageTree(layers, cache: cache)
    let directories: [String]
    do {
      directories = try await tree.directories()
    } catch let spoilt as SpoiltLayer {
      throw spoilt.cause
    } catch let lost as LostLayer {
      throw lost.error
    }
    let container = config.config ?? ContainerConfig()
    let arguments = (container.entrypoint ?? []) + (container.cmd ?? [])
    guard !arguments.isEmpty else {
      throw BuildError(code: .input, message: "the image names nothing to start", hint: "add CMD to its Dockerfile")
    }
    let names = Set(environment.map { $0.prefix { $0 != "=" } })
    let own = (container.env ?? []).filter { !names.contains($0.prefix { $0 != "=" }) }
    let user = container.user ?? ""
    let area = try cache.makeWorkArea()
    defer { area.remove() }
    let view = TreeView(directories, marks: cache.snapshots.marks)
    var command = SandboxCommand(
      arguments: arguments, environment: own + environment, workingDirectory: container.workingDir ?? "/",
      user: user.isEmpty ? .root : try UserDatabase(view).identity(of: user),
      hostname: "jupyterhub", allowsNewPrivileges: true, stopSignal: Self.number(of: container.stopSignal ?? "SIGTERM"))
    try command.followLinks(in: view)
    return try await sandbox.run(
      command, on: RootFilesystem(lower: directories), workspace: Workspace(path: area.path), output: output)
  }

  /// The number of a signal by name or number; SIGTERM for one that is not known.
  private static func number(of signal: String) -> Int32 {
    let name = signal.uppercased().hasPrefix("SIG") ? String(signal.uppercased().dropFirst(3)) : signal.uppercased()
    let known = ["HUP": SIGHUP, "INT": SIGINT, "QUIT": SIGQUIT, "KILL": SIGKILL, "USR1": SIGUSR1, "USR2": SIGUSR2]
    return known[name] ?? Int32(name) ?? SIGTERM
  }
}

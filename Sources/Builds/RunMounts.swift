import Dockerfiles
import Glibc
import Layers
import Native
import Sandboxes

/// The mounts of one RUN, made ready: what they show is there, and is theirs until they are released.
struct RunMounts {
  let tree: TreeView
  private(set) var mounts: [SandboxMount] = []
  /// Secrets that go into the environment, `NAME=value`.
  private(set) var environment: [String] = []
  private let step: RunStep
  /// The step's own folder.
  private let area: String
  private let cache: BuildCache
  private var secretFolder: SecretFolder?
  private var cacheMounts: [String: CacheMount] = [:]
  private var sockets: [AgentSocket] = []

  init(_ step: RunStep, over tree: TreeView, in area: String, _ cache: BuildCache) {
    self.step = step
    self.tree = tree
    self.area = area
    self.cache = cache
  }

  /// - Parameters:
  ///   - secrets: what `--secret` gave, by id.
  ///   - agents: what `--ssh` gave: sockets, by id.
  /// - Throws: `BuildError` for a required secret or agent that was not given, or a file that is not there.
  mutating func prepare(secrets: [String: Secret], agents: [String: String] = [:]) async throws {
    try await openCaches()
    for (number, mounted) in step.mounts.enumerated() {
      let mount = mounted.mount
      switch mount.kind {
      case .bind: if let source = mounted.source { try await bind(source, mount, number) }
      case .cache:
        guard let folder = cacheMounts[try cacheID(of: mounted)] else { continue }
        mounts.append(SandboxMount(.directory(folder.path), at: try target(of: mount), isReadOnly: mount.isReadOnly))
      case .tmpfs:
        let source = SandboxMount.Source.tmpfs(size: mount.size.map(Int.init), mode: 0o1777)
        mounts.append(SandboxMount(source, at: try target(of: mount), isReadOnly: false))
      case .secret: try show(mount, of: secrets)
      case .ssh: try forward(mount, number, to: agents)
      }
    }
    if let script = step.script {
      let file = area + "/script"
      try AtomicFile.write(Array(script.utf8), to: file, mode: 0o755)
      mounts.append(SandboxMount(.file(file), at: RunStep.scriptPath, isReadOnly: true))
    }
  }

  /// Lets others have the caches, and forgets the secrets.
  mutating func release() {
    cacheMounts = [:]
    sockets = []
    secretFolder?.remove()
  }

  /// In the order of their ids, so that no two builds wait for each other.
  private mutating func openCaches() async throws {
    var byID: [String: RunStep.MountedSource] = [:]
    for mounted in step.mounts where mounted.mount.kind == .cache {
      byID[try cacheID(of: mounted)] = mounted
    }
    for (id, mounted) in byID.sorted(by: { $0.key < $1.key }) {
      let source = try await mounted.source?.open(cache)
      let cache = cache
      let opened = try await CacheMount.open(
        mounted.mount, id: id, in: cache.directory + "/mounts", content: source
      ) { folder in try await cache.bringMount(id, to: folder) }
      // What begins with other files is made of them on any machine.
      if source == nil { cache.openedMounts.note(id, opened.path) }
      try cache.useMount(opened.path.split(separator: "/").last.map(String.init) ?? "", id: id)
      cacheMounts[id] = opened
    }
  }

  /// What builds share a cache by; caches that begin with other content are others.
  private func cacheID(of mounted: RunStep.MountedSource) throws -> String {
    let id = try mounted.mount.id ?? target(of: mounted.mount)
    guard let source = mounted.source else { return id }
    return "\(id) from \(source.key?.hex ?? source.name) \(mounted.mount.source ?? "")"
  }

  private mutating func bind(_ source: TreeSource, _ mount: Mount, _ number: Int) async throws {
    let opened = try await source.open(cache)
    let path = mount.source ?? "."
    guard let found = try opened.matches(path).first?.path else { return }
    let files = try await BlockingPool.shared.run { opened.isImage ? [] : try opened.files(at: found) }
    if !TreeCopy.areRoots(files) {
      // The mounted files must not show who owns them on this machine.
      let copy = "\(area)/copy\(number)"
      try await BlockingPool.shared.run {
        guard mkdir(copy, 0o755) == 0 else { throw NativeError(failed: "make \(copy)") }
        try TreeCopy.make(files, from: opened, in: copy, name: "file")
      }
      let path = files.first?.status.kind == .directory ? "" : "file"
      mounts.append(
        SandboxMount(.tree(lower: [copy], path: path), at: try target(of: mount), isReadOnly: mount.isReadOnly))
      return
    }
    let mask = "\(area)/mask\(number)"
    let isMasked = try await BlockingPool.shared.run { try ContextMask.make(for: opened, at: found, in: mask) }
    let lower = opened.tree.directories + (isMasked ? [mask] : [])
    mounts.append(
      SandboxMount(.tree(lower: lower, path: found.text), at: try target(of: mount), isReadOnly: mount.isReadOnly))
  }

  private mutating func show(_ mount: Mount, of secrets: [String: Secret]) throws {
    let id = mount.id ?? mount.source ?? mount.target?.split(separator: "/").last.map(String.init) ?? ""
    guard let secret = secrets[id] else {
      guard !mount.isRequired else {
        throw BuildError(
          code: .input, message: "the secret \(id) is required and was not given",
          hint: "pass --secret id=\(id),src=FILE or --secret id=\(id),env=NAME")
      }
      return
    }
    let value = try secret.bytes(id: id)
    if let name = mount.env {
      environment.append("\(name)=\(String(decoding: value, as: UTF8.self))")
      if mount.target == nil { return }
    }
    let folder = try secretFolder ?? SecretFolder(orIn: area)
    secretFolder = folder
    let file = try folder.write(value, mode: mount.mode ?? 0o400, uid: mount.uid ?? 0, gid: mount.gid ?? 0)
    mounts.append(SandboxMount(.file(file), at: try resolve(mount.target ?? "/run/secrets/\(id)"), isReadOnly: true))
  }

  private mutating func forward(_ mount: Mount, _ number: Int, to agents: [String: String]) throws {
    let id = mount.id ?? "default"
    guard let agent = agents[id] else {
      guard !mount.isRequired else {
        throw BuildError(
          code: .input, message: "the SSH agent \(id) is required and was not given",
          hint: "pass --ssh \(id == "default" ? id : id + "=$SSH_AUTH_SOCK")")
      }
      return
    }
    let socket = try AgentSocket(
      at: "\(area)/agent\(number)", to: agent, mode: mount.mode ?? 0o600, uid: mount.uid ?? 0, gid: mount.gid ?? 0)
    let target = try resolve(mount.target ?? "/run/buildkit/ssh_agent.\(sockets.count)")
    // The first is the one that programs find.
    if sockets.isEmpty { environment.append("SSH_AUTH_SOCK=\(target)") }
    sockets.append(socket)
    mounts.append(SandboxMount(.file(socket.path), at: target, isReadOnly: false))
  }

  private func target(of mount: Mount) throws -> String { try resolve(mount.target ?? step.workingDirectory) }

  /// Where a path from the working directory leads in the tree: a mount point made on the way of a link would stay behind.
  private func resolve(_ path: String) throws -> String {
    let whole = path.hasPrefix("/") ? path : step.workingDirectory + "/" + path
    return try tree.resolve(Array(whole.utf8)).description
  }
}

import Dockerfiles
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

  init(_ step: RunStep, over tree: TreeView, in area: String, _ cache: BuildCache) {
    self.step = step
    self.tree = tree
    self.area = area
    self.cache = cache
  }

  /// - Parameter secrets: what `--secret` gave, by id.
  /// - Throws: `BuildError` for a required secret that was not given, or a file that is not there.
  mutating func prepare(secrets: [String: Secret]) async throws {
    try await openCaches()
    for (number, mounted) in step.mounts.enumerated() {
      let mount = mounted.mount
      switch mount.kind {
      case .bind: if let source = mounted.source { try await bind(source, mount, number) }
      case .cache:
        guard let folder = cacheMounts[try cacheID(of: mount)] else { continue }
        mounts.append(SandboxMount(.directory(folder.path), at: try target(of: mount), isReadOnly: mount.isReadOnly))
      case .tmpfs:
        let source = SandboxMount.Source.tmpfs(size: mount.size.map(Int.init), mode: 0o1777)
        mounts.append(SandboxMount(source, at: try target(of: mount), isReadOnly: false))
      case .secret: try show(mount, of: secrets)
      case .ssh:
        guard !mount.isRequired else {
          throw BuildError(
            code: .unsupported, message: "RUN --mount=type=ssh needs an agent, which this version does not forward",
            hint: "give the key as a secret: RUN --mount=type=secret,id=ssh_key")
        }
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
    secretFolder?.remove()
  }

  /// In the order of their ids, so that no two builds wait for each other.
  private mutating func openCaches() async throws {
    var byID: [String: Mount] = [:]
    for mounted in step.mounts where mounted.mount.kind == .cache {
      guard mounted.mount.from == nil else {
        throw BuildError(
          code: .unsupported, message: "RUN --mount=type=cache,from= is not done by this version",
          hint: "copy the files into the cache by a RUN with a bind mount beside it")
      }
      byID[try cacheID(of: mounted.mount)] = mounted.mount
    }
    for (id, mount) in byID.sorted(by: { $0.key < $1.key }) {
      cacheMounts[id] = try await CacheMount.open(mount, id: id, in: cache.directory + "/mounts")
    }
  }

  private func cacheID(of mount: Mount) throws -> String { try mount.id ?? target(of: mount) }

  private mutating func bind(_ source: TreeSource, _ mount: Mount, _ number: Int) async throws {
    let opened = try await source.open(cache)
    let path = mount.source ?? "."
    guard let found = try opened.matches(path).first?.path else { return }
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

  private func target(of mount: Mount) throws -> String { try resolve(mount.target ?? step.workingDirectory) }

  /// Where a path from the working directory leads in the tree: a mount point made on the way of a link would stay behind.
  private func resolve(_ path: String) throws -> String {
    let whole = path.hasPrefix("/") ? path : step.workingDirectory + "/" + path
    return try tree.resolve(Array(whole.utf8)).description
  }
}

import Dockerfiles
import Glibc
import Layers
import Native
import OCI

/// The files that ADD fetches for one step, in a folder that goes with them.
struct FetchedSources {
  /// By the text of the source.
  var trees: [String: CopySource] = [:]
  fileprivate(set) var area: ScratchFolder?
}

extension StageBuilder {
  /// What says, without fetching anything but names, whether a step's remote sources are what they were: the commits of
  /// repositories, and a checksum. Nil when the content must be seen.
  func remoteKey(of step: CopyStep, after key: StepKey) async throws -> StepKey? {
    var hasher = try StepKeyHasher("remote sources")
    try hasher.add(key)
    for source in step.sources {
      switch source {
      case .path: break
      case .file:
        guard let checksum = step.checksum else { return nil }
        try hasher.add(checksum)
      case .repository(let address): try hasher.add(try await checkout(address, step).commit())
      }
    }
    return try hasher.finish()
  }

  /// Fetches a step's remote sources, in order.
  ///
  /// - Throws: `BuildError` with code `remote` or `input`.
  func fetch(_ step: CopyStep) async throws -> FetchedSources {
    var fetched = FetchedSources()
    guard step.isRemote else { return fetched }
    let area = try builder.cache.makeWorkArea()
    fetched.area = area
    for (number, source) in step.sources.enumerated() {
      let folder = "\(area.path)/\(number)"
      switch source {
      case .path: continue
      case .file(let address):
        guard mkdir(folder, 0o700) == 0 else { throw NativeError(failed: "make \(folder)") }
        try await RemoteFile(
          address: address, checksum: try checksum(of: step), cache: builder.cache, caBundle: caBundle
        ).fetch(
          into: folder)
        fetched.trees[source.text] = CopySource(
          tree: TreeView([folder]), ignore: nil, origin: .fetched, name: RemoteAddress.redacted(address.text))
      case .repository(let address):
        fetched.trees[source.text] = try await tree(of: address, step, in: folder)
      }
    }
    return fetched
  }

  private func tree(of address: GitAddress, _ step: CopyStep, in folder: String) async throws -> CopySource {
    let checkout = try checkout(address, step)
    try await checkout.make(try await checkout.commit(), in: folder)
    let name = RemoteAddress.redacted(address.text)
    let keepsFolder = address.keepsGitFolder ?? step.keepsGitFolder
    // A repository cannot have a file of that name itself; submodules have one each.
    let ignore = keepsFolder ? nil : try DockerIgnore.parse("**/.git", file: "ADD")
    let node = try TreeView([folder]).find(address.folder ?? "")
    guard let node, node.status.kind == .directory else {
      throw BuildError(
        code: .input, message: "\(name) has no folder \(address.folder ?? "")", hint: "is the part after ':' right?")
    }
    let place = String(decoding: node.hostPath, as: UTF8.self)
    return CopySource(tree: TreeView([place]), ignore: ignore, origin: .folder, name: name)
  }

  private func checkout(_ address: GitAddress, _ step: CopyStep) throws -> GitCheckout {
    var address = address
    if let checksum = step.checksum { try address.require(commit: checksum) }
    let token = try ["GIT_AUTH_TOKEN.\(address.host)", "GIT_AUTH_TOKEN"]
      .compactMap { id in try request.secrets[id].map { try $0.bytes(id: id) } }.first
    return try GitCheckout(
      address, path: builder.path, token: token, agent: request.agents["default"], caBundle: caBundle)
  }

  /// The certificates that the machine trusts, where they are named to RUN too.
  private var caBundle: String? {
    if case .file(let path)? = request.secrets["ca_bundle"] { path } else { nil }
  }

  private func checksum(of step: CopyStep) throws -> Digest? {
    guard let text = step.checksum else { return nil }
    guard let digest = Digest(text), digest.algorithm == .sha256 else {
      throw BuildError(
        code: .input, message: "--checksum=\(text) is no digest", hint: "write sha256: and the file's 64 digits")
    }
    return digest
  }
}

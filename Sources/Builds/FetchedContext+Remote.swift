import Dockerfiles
import Glibc
import Layers
import Native

extension FetchedContext {
  /// Whether a text is the address of a context: a git repository, or a file over HTTP.
  package static func isAddress(_ text: String) -> Bool {
    text.hasPrefix("http://") || text.hasPrefix("https://") || (try? GitAddress(repository(text))) != nil
  }

  /// Fetches a git repository, a tar, or a Dockerfile that stands alone; it is then the context's `Dockerfile`.
  ///
  /// - Parameters:
  ///   - path: where git is looked for.
  ///   - secrets: `GIT_AUTH_TOKEN.HOST` or `GIT_AUTH_TOKEN` is sent to a git server.
  ///   - agents: `default` is used for SSH.
  /// - Throws: `BuildError` with code `remote` when it cannot be had, `input` when it is not what it should be.
  package static func fetch(
    _ text: String, cache: BuildCache, path: String, secrets: [String: Secret] = [:], agents: [String: String] = [:]
  ) async throws -> FetchedContext {
    if let address = try GitAddress(repository(text)) {
      let token = try ["GIT_AUTH_TOKEN.\(address.host)", "GIT_AUTH_TOKEN"]
        .compactMap { id in try secrets[id].map { try $0.bytes(id: id) } }.first
      return try await checkout(
        GitCheckout(address, path: path, token: token, agent: agents["default"]), in: cache.makeWorkArea())
    }
    guard let address = try RemoteAddress(text) else {
      throw BuildError(
        code: .input, message: "\(RemoteAddress.redacted(text)) is no address", hint: "write https://HOST/PATH.git")
    }
    let area = try cache.makeWorkArea()
    try await RemoteFile(address: address, checksum: nil, cache: cache).fetch(into: area.path)
    return try await BlockingPool.shared.run {
      let file = try FileDescriptor.open(Array("\(area.path)/".utf8) + address.fileName)
      var start = [UInt8](repeating: 0, count: 512)
      let count = try start.withUnsafeMutableBufferPointer { (buffer) throws(NativeError) in
        try file.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      guard lseek(file.raw, 0, SEEK_SET) == 0 else { throw NativeError(failed: "read \(file.name)") }
      if isArchive(Array(start[..<count])) {
        return try FetchedContext(cache: cache) { (buffer) throws(NativeError) in try file.read(into: buffer) }
      }
      let context = try FetchedContext(emptyIn: cache)
      try context.write(file.readAll(limit: 16 << 20), as: "Dockerfile")
      return context
    }
  }

  private static func checkout(_ checkout: GitCheckout, in area: ScratchFolder) async throws -> FetchedContext {
    let repository = area.path + "/repository"
    try await checkout.make(try await checkout.commit(), in: repository)
    let address = checkout.address
    return try await BlockingPool.shared.run {
      if address.keepsGitFolder != true { try LayerExtractor.removeDirectory(repository + "/.git") }
      let node = try TreeView([repository]).find(address.folder ?? "")
      guard let node, node.status.kind == .directory else {
        throw BuildError(
          code: .input, message: "\(RemoteAddress.redacted(address.text)) has no folder \(address.folder ?? "")",
          hint: "is the part after ':' right?")
      }
      return FetchedContext(in: area, at: String(decoding: node.hostPath, as: UTF8.self))
    }
  }

  /// Docker's short form of the address of a repository at GitHub, `github.com/NAME/REPOSITORY`, in full.
  private static func repository(_ text: String) -> String {
    guard text.hasPrefix("github.com/") else { return text }
    let path = text.prefix { $0 != "#" && $0 != "?" }
    return "https://\(path)" + (path.hasSuffix(".git") ? "" : ".git") + text[path.endIndex...]
  }
}

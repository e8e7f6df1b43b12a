import Native
import OCI

extension RegistryClient {
  /// The manifests of a repository that name `digest` as their subject: signatures, bills of materials, caches.
  ///
  /// - Parameters:
  ///   - repository: its tag and digest do not count.
  ///   - artifactType: only those of this type; nil for all.
  /// - Returns: none where the registry knows of none.
  /// - Throws: `RegistryError`.
  /// - Source: OCI distribution specification v1.1, "Listing Referrers", "Unavailable Referrers API".
  package func referrers(
    of digest: Digest, in repository: Reference, artifactType: String? = nil
  ) async throws -> [Descriptor] {
    let deadline = deadline()
    var call = Call(
      operation: .listReferrers, method: "GET",
      url: url(host(of: repository), "\(repository.repository)/referrers/\(digest)"),
      subject: "\(repository.registry)/\(repository.repository)@\(digest)", scopes: [.pull(repository.repository)])
    if let artifactType { call.url = call.url.adding("artifactType", artifactType) }
    let all: [Descriptor]
    do {
      all = try await pages(
        call, at: host(of: repository), until: deadline,
        options: Options(headers: ["Accept": MediaType.imageIndex.rawValue])
      ) { [call] response in
        guard let index = try? CanonicalJSON.decode(ImageIndex.self, from: response.body) else {
          throw RegistryError(code: .refused, message: "GET referrers of \(call.subject): an answer that is no index")
        }
        return index.manifests
      }
    } catch let error as RegistryError where [400, 404, 405].contains(error.status) {
      all = try await fallbackIndex(of: digest, in: repository, until: deadline)?.manifests ?? []
    }
    // A registry need not filter.
    return all.filter { artifactType == nil || $0.artifactType == artifactType }
  }

  // MARK: - Registries without the API

  /// Names a manifest with a subject in the subject's index, or takes it out of there.
  ///
  /// Two programs that write at once may overwrite each other: each looks again whether its own change is there.
  func keepReferrer(
    _ referrer: Descriptor, of subject: Digest, in repository: Reference, isThere: Bool = true, until deadline: Deadline
  ) async throws {
    try await referrerTags.run("\(Self.fallback(subject, repository))") {
      try await self.change(referrer, of: subject, in: repository, isThere: isThere, until: deadline)
    }
  }

  private func change(
    _ referrer: Descriptor, of subject: Digest, in repository: Reference, isThere: Bool, until deadline: Deadline
  ) async throws {
    let tag = Self.fallback(subject, repository)
    for _ in 0..<8 {
      let index = try await fallbackIndex(of: subject, in: repository, until: deadline)
      var manifests = index?.manifests ?? []
      guard manifests.contains(where: { $0.digest == referrer.digest }) != isThere else { return }
      manifests.removeAll { $0.digest == referrer.digest }
      if isThere { manifests.append(referrer) }
      let changed = try CanonicalJSON.encode(ImageIndex(manifests: manifests, annotations: index?.annotations))
      _ = try await put(manifest: changed, .imageIndex, to: tag, until: deadline)
    }
    throw RegistryError(
      code: .unavailable, message: "\(tag): others write the list of referrers all the time", isTemporary: true)
  }

  private func fallbackIndex(
    of subject: Digest, in repository: Reference, until deadline: Deadline
  ) async throws -> ImageIndex? {
    let tag = Self.fallback(subject, repository)
    let manifest: FetchedManifest
    do { manifest = try await fetchManifest(tag, until: deadline) } catch let error as RegistryError
      where error.code == .notFound
    { return nil }
    guard manifest.mediaType == .imageIndex,
      let index = try? CanonicalJSON.decode(ImageIndex.self, from: manifest.bytes)
    else {
      throw RegistryError(
        code: .refused, message: "\(tag) is no index, so it cannot be the list of what refers to \(subject)",
        hint: "another tool has taken this tag: remove it")
    }
    return index
  }

  /// The tag under which registries without the API keep the index: the digest with `-` in place of the colon.
  private static func fallback(_ subject: Digest, _ repository: Reference) -> Reference {
    let tag = "\(subject.algorithm.rawValue.prefix(32))-\(subject.hex.prefix(64))"
    return Reference(registry: repository.registry, repository: repository.repository, tag: tag)
  }
}

/// What a manifest or index says of itself to those that list it as a referrer.
struct ReferrerFacts: Decodable {
  struct Config: Decodable {
    var mediaType: String?
  }

  var subject: Descriptor?
  var artifactType: String?
  var config: Config?
  var annotations: [String: String]?

  /// The descriptor in a list of referrers. An image without a type of its own has its config's.
  ///
  /// Source: OCI distribution specification v1.1, "Pushing Manifests with Subject".
  func descriptor(_ mediaType: MediaType, _ digest: Digest, size: Int) -> Descriptor {
    Descriptor(
      mediaType: mediaType, digest: digest, size: size, annotations: annotations,
      artifactType: artifactType.flatMap { $0.isEmpty ? nil : $0 } ?? config?.mediaType)
  }
}

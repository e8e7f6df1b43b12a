import FoundationEssentials
import Native
import OCI

/// A manifest or index as a registry holds it, byte for byte.
package struct FetchedManifest: Sendable, Equatable {
  package var bytes: [UInt8]
  /// Media type, digest and size of `bytes`; the digest has been checked.
  package var descriptor: Descriptor

  package var mediaType: MediaType { descriptor.mediaType }
  package var digest: Digest { descriptor.digest }
}

extension RegistryClient {
  /// The most bytes of a manifest. Source: OCI distribution specification v1.1, "Pushing Manifests".
  static let manifestLimit = 4 << 20

  private static let accepted = [
    MediaType.imageManifest, .imageIndex, .dockerManifest, .dockerManifestList,
  ].map(\.rawValue).joined(separator: ", ")

  /// What `reference` names; nil when the registry has no such manifest or repository.
  ///
  /// - Returns: media type, digest and size, as the registry says them.
  package func check(_ reference: Reference) async throws -> Descriptor? {
    try await check(reference, until: deadline())
  }

  func check(_ reference: Reference, until deadline: Deadline, _ scopes: [Scope]? = nil) async throws -> Descriptor? {
    let call = call(.checkManifest, "HEAD", reference, scopes: scopes ?? [.pull(reference.repository)])
    let response = try await configuration.retry.run(until: deadline) {
      try await exchange(
        call, at: host(of: reference), until: deadline, accepting: [200, 404],
        Options(headers: ["Accept": Self.accepted]))
    }
    guard response.status == 200 else { return nil }
    let type = response.headers["Content-Type"].map(Self.mediaType)
    if let type, let digest = response.headers["Docker-Content-Digest"].flatMap({ Digest($0) }),
      let size = response.headers["Content-Length"].flatMap({ Int($0) })
    {
      return Descriptor(mediaType: type, digest: digest, size: size)
    }
    // A registry need not say the digest: then the bytes do.
    return try await fetchManifest(reference, until: deadline).descriptor
  }

  /// Fetches what `reference` names and checks it against its digest. A mirror is asked only for a digest.
  package func fetchManifest(_ reference: Reference) async throws -> FetchedManifest {
    try await fetchManifest(reference, isPull: reference.digest != nil, until: deadline())
  }

  /// - Parameter isPull: whether a mirror will do.
  func fetchManifest(
    _ reference: Reference, isPull: Bool = false, until deadline: Deadline
  ) async throws -> FetchedManifest {
    var call = call(.fetchManifest, "GET", reference, scopes: [.pull(reference.repository)])
    call.isPull = isPull
    return try await configuration.retry.run(until: deadline) { [call] in
      let response = try await exchange(
        call, at: host(of: reference), until: deadline, accepting: [200],
        Options(headers: ["Accept": Self.accepted], limit: Self.manifestLimit))
      return try verify(response, of: reference)
    }
  }

  private func verify(_ response: HTTPResponse, of reference: Reference) throws -> FetchedManifest {
    let digest = Digest(sha256: try SHA256.hash(response.body))
    let said = response.headers["Docker-Content-Digest"].flatMap { Digest($0) }
    for expected in [reference.digest, said].compactMap(\.self) where expected != digest {
      guard expected.algorithm == .sha256 else {
        throw RegistryError(code: .unsupported, message: "\(reference): only SHA-256 digests are read")
      }
      throw RegistryError(
        code: .mismatch, message: "GET manifest \(reference): \(expected) was promised, \(digest) came",
        isTemporary: true)
    }
    let type = try Self.mediaType(
      of: response.body, header: response.headers["Content-Type"].map(Self.mediaType), reference)
    return FetchedManifest(
      bytes: response.body, descriptor: Descriptor(mediaType: type, digest: digest, size: response.body.count))
  }

  /// Without parameters such as a character set.
  private static func mediaType(_ header: String) -> MediaType {
    MediaType(header.prefix { $0 != ";" }.split(separator: " ").first.map(String.init) ?? "")
  }

  /// The header and the document must not tell two stories, nor the document be manifest and index at once: whoever
  /// checked the one would then run the other.
  private static func mediaType(of body: [UInt8], header: MediaType?, _ reference: Reference) throws -> MediaType {
    struct Shape: Decodable {
      var schemaVersion: Int?
      var mediaType: MediaType?
      var config: Empty?
      var layers: [Empty]?
      var manifests: [Empty]?

      struct Empty: Decodable {}
    }
    guard let shape = try? CanonicalJSON.decode(Shape.self, from: body) else {
      throw RegistryError(code: .refused, message: "GET manifest \(reference): not a manifest")
    }
    guard shape.schemaVersion == 2 else {
      throw RegistryError(
        code: .unsupported, message: "GET manifest \(reference): its schema version is not 2",
        hint: "push the image again with a newer tool")
    }
    let isIndex = shape.manifests != nil
    guard !(isIndex && (shape.layers != nil || shape.config != nil)) else {
      throw RegistryError(code: .refused, message: "GET manifest \(reference): manifest and index at once")
    }
    let known = header.flatMap { $0.isIndex || $0.isManifest ? $0 : nil }
    if let known, let inside = shape.mediaType, known != inside {
      throw RegistryError(
        code: .refused, message: "GET manifest \(reference): sent as \(known), but says that it is \(inside)")
    }
    let type = known ?? shape.mediaType ?? (isIndex ? .imageIndex : .imageManifest)
    guard type.isIndex == isIndex else {
      throw RegistryError(code: .refused, message: "GET manifest \(reference): \(type) does not fit what is in it")
    }
    return type
  }

  /// Puts a manifest or index whose blobs and manifests are already there. One with a subject is then found among the
  /// subject's referrers, also where the registry does not list them itself.
  ///
  /// - Returns: the digest of `bytes`.
  /// - Throws: `RegistryError` with code `immutable` when the tag names another image and cannot be moved.
  package func put(manifest bytes: [UInt8], _ mediaType: MediaType, to reference: Reference) async throws -> Digest {
    try await put(manifest: bytes, mediaType, to: reference, until: deadline())
  }

  func put(
    manifest bytes: [UInt8], _ mediaType: MediaType, to reference: Reference, until deadline: Deadline
  ) async throws -> Digest {
    guard bytes.count <= Self.manifestLimit else {
      throw RegistryError(code: .invalid, message: "the manifest of \(reference) has \(bytes.count) bytes, past 4 MiB")
    }
    let digest = Digest(sha256: try SHA256.hash(bytes))
    var target = reference
    if target.tag == nil { target.digest = digest } else { target.digest = nil }
    var listsReferrers = true
    let call = call(.putManifest, "PUT", target, scopes: [.push(reference.repository)])
    do {
      let response = try await configuration.retry.run(until: deadline) {
        try await exchange(
          call, at: host(of: target), until: deadline, accepting: [200, 201, 202],
          Options(headers: ["Content-Type": mediaType.rawValue], body: .bytes(bytes)))
      }
      if let said = response.headers["Docker-Content-Digest"].flatMap({ Digest($0) }), said != digest {
        throw RegistryError(
          code: .mismatch, message: "PUT manifest \(target): \(digest) was sent, \(said) was stored",
          hint: "something between here and the registry rewrites manifests")
      }
      // A registry that keeps the list of referrers itself says so.
      listsReferrers = response.headers["OCI-Subject"] != nil
    } catch let error as RegistryError where error.mayBeImmutable {
      // An immutable tag refuses even the image that it names already.
      guard let there = try await check(target, until: deadline) else { throw error }
      guard there.digest != digest else { return digest }
      throw RegistryError(
        code: .immutable, message: "\(error.message); the tag names \(there.digest), not \(digest)",
        hint: "push under another tag", status: error.status, reported: error.reported)
    }
    if !listsReferrers, let facts = try? CanonicalJSON.decode(ReferrerFacts.self, from: bytes),
      let subject = facts.subject
    {
      let referrer = facts.descriptor(mediaType, digest, size: bytes.count)
      try await keepReferrer(referrer, of: subject.digest, in: reference, until: deadline)
    }
    return digest
  }

  func call(_ operation: Operation, _ method: String, _ reference: Reference, scopes: [Scope]) -> Call {
    let name = reference.digest?.description ?? reference.tag ?? "latest"
    return Call(
      operation: operation, method: method,
      url: url(host(of: reference), "\(reference.repository)/manifests/\(name)"), subject: reference.description,
      scopes: scopes)
  }
}

extension RegistryError {
  /// A registry that forbids moving tags says so in more than one way.
  fileprivate var mayBeImmutable: Bool {
    code == .immutable || status == 409 || reported.contains("TAG_INVALID")
  }
}

import FoundationEssentials
import Native
import OCI

/// What a registry holds, and the part of the distribution specification by which it changes. Knows of no network, no
/// user and no fault.
struct RegistryStore: Sendable {
  struct Upload: Sendable {
    let repository: String
    var bytes: [UInt8] = []
    /// Where the first chunk ended.
    var firstEnd: Int?
    /// Bytes of the newest chunk.
    var lastChunk: Int?
  }

  struct Place: Hashable, Sendable {
    let repository: String
    let name: String
  }

  let manner: Manner
  /// `HOST:PORT` of the other server.
  let elsewhere: String
  /// By repository and digest.
  var blobs: [Place: [UInt8]] = [:]
  /// By repository and tag or digest.
  var manifests: [Place: (mediaType: String, bytes: [UInt8])] = [:]
  var uploads: [String: Upload] = [:]
  private var uploadCount = 0

  init(_ manner: Manner, elsewhere: String) {
    self.manner = manner
    self.elsewhere = elsewhere
  }

  static func digest(_ bytes: [UInt8]) throws -> String { Digest(sha256: try SHA256.hash(bytes)).description }

  mutating func openUpload(in repository: String) -> String {
    uploadCount += 1
    uploads["upload-\(uploadCount)"] = Upload(repository: repository)
    return "upload-\(uploadCount)"
  }

  // MARK: - Manifests

  mutating func putManifest(_ place: Place, _ mediaType: String, _ bytes: [UInt8]) throws -> Answer {
    let digest = try Self.digest(bytes)
    if manner.isImmutable, manifests[place] != nil, place.name != digest {
      return .refusal(
        400, "TAG_INVALID",
        "The image tag '\(place.name)' already exists and cannot be overwritten because the repository is immutable.")
    }
    guard Digest(place.name) == nil || place.name == digest else {
      return .refusal(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
    }
    guard let named = try? JSONDecoder().decode(NamedContent.self, from: Data(bytes)) else {
      return .refusal(400, "MANIFEST_INVALID", "manifest invalid")
    }
    let missing =
      named.blobs.first { blobs[Place(repository: place.repository, name: $0)] == nil }
      ?? named.manifestDigests.first { manifests[Place(repository: place.repository, name: $0)] == nil }
    if let missing { return .refusal(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry: \(missing)") }
    manifests[place] = (mediaType, bytes)
    manifests[Place(repository: place.repository, name: digest)] = (mediaType, bytes)
    return Answer(
      201, [("Location", "/v2/\(place.repository)/manifests/\(digest)"), ("Docker-Content-Digest", digest)])
  }

  func manifest(_ place: Place) throws -> Answer {
    guard let manifest = manifests[place] else {
      return .refusal(404, "MANIFEST_UNKNOWN", "manifest unknown")
    }
    return Answer(
      200, [("Content-Type", manifest.mediaType), ("Docker-Content-Digest", try Self.digest(manifest.bytes))],
      manifest.bytes)
  }

  mutating func deleteManifest(_ place: Place) -> Answer {
    guard manifests.removeValue(forKey: place) != nil else {
      return .refusal(404, "MANIFEST_UNKNOWN", "manifest unknown")
    }
    return Answer(202)
  }

  func tags(of repository: String) -> Answer {
    let tags = manifests.keys.filter { $0.repository == repository && Digest($0.name) == nil }.map(\.name).sorted()
    let list = tags.map { "\"\($0)\"" }.joined(separator: ", ")
    return Answer(200, [("Content-Type", "application/json")], Array(#"{"tags": [\#(list)]}"#.utf8))
  }

  // MARK: - Blobs

  /// - Parameter range: the request's header of that name.
  func blob(_ place: Place, range: String?) -> Answer {
    guard let bytes = blobs[place] else { return .refusal(404, "BLOB_UNKNOWN", "blob unknown to registry") }
    return Self.answer(bytes, digest: place.name, range: range)
  }

  /// The blob of that digest in whatever repository.
  func blob(anywhere digest: String, range: String?) -> Answer {
    guard let bytes = blobs.first(where: { $0.key.name == digest })?.value else {
      return Answer(404, [("Content-Type", "application/xml")], Array("<Error><Code>NoSuchKey</Code></Error>".utf8))
    }
    return Self.answer(bytes, digest: digest, range: range)
  }

  private static func answer(_ bytes: [UInt8], digest: String, range: String?) -> Answer {
    var answer = Answer(
      200, [("Content-Type", "application/octet-stream"), ("Docker-Content-Digest", digest)], bytes)
    // bytes=FIRST-[LAST]
    guard let range, range.hasPrefix("bytes=") else { return answer }
    let ends = range.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Int(ends[0]) else { return answer }
    let last = min(Int(ends[1]) ?? bytes.count - 1, bytes.count - 1)
    guard first <= last else {
      return Answer(416, [("Content-Range", "bytes */\(bytes.count)")])
    }
    answer.status = 206
    answer["Content-Range"] = "bytes \(first)-\(last)/\(bytes.count)"
    answer.body = Array(bytes[first...last])
    return answer
  }
}

/// The digests that a manifest or index names.
private struct NamedContent: Decodable {
  struct Named: Decodable {
    var digest: String
  }

  var config: Named?
  var layers: [Named]?
  var manifests: [Named]?

  var blobs: [String] { (config.map { [$0.digest] } ?? []) + (layers ?? []).map(\.digest) }
  var manifestDigests: [String] { (manifests ?? []).map(\.digest) }
}

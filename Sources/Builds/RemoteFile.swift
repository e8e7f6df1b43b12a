import FoundationEssentials
import Glibc
import Layers
import Native
import OCI

/// A file that ADD fetches over HTTP.
///
/// What a server names by an ETag stays in the cache, and is fetched again only when it has changed. Redirects are
/// followed, but never from TLS to plain HTTP. Source: Dockerfile reference, "ADD"; RFC 9110, sections 13.1.2 and 15.4.
struct RemoteFile: Sendable {
  let address: RemoteAddress
  /// What the content must be: `sha256:` and 64 digits.
  let checksum: Digest?
  let cache: BuildCache
  /// A file of PEM certificates to trust instead of the system's.
  var caBundle: String? = nil

  private static let longestWay = 10

  /// What is known of an address.
  private struct Record: Codable {
    var etag: String
    var modified: Int?
    var content: Descriptor
  }

  /// A file on its way to the disk.
  private final class Download: Sendable {
    let file: FileDescriptor

    init(to path: String) throws(NativeError) {
      file = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    }
  }

  /// Puts the file into the folder `directory`, under its name: 0600, of the time that the server gave, or else of 1970.
  ///
  /// - Throws: `BuildError` with code `remote` when it cannot be had, `input` when it is not what the checksum says.
  func fetch(into directory: String) async throws {
    guard address.isPrivate || checksum != nil else {
      throw refusal("is fetched over plain HTTP", hint: "write https://, or say what it must be: --checksum=sha256:…")
    }
    let path = Array("\(directory)/".utf8) + address.fileName
    let known = try known()
    let client = HTTPClient(HTTPClient.Configuration(caBundle: caBundle))
    var at = address
    for _ in 0..<Self.longestWay {
      let part = "\(directory)/.part-\(try RandomBytes.make(count: 8).hexadecimal)"
      let download = try Download(to: part)
      var request = HTTPRequest("GET", at.text)
      if let known { request.headers["If-None-Match"] = known.etag }
      let response: HTTPResponse
      do {
        response = try await client.send(request, receiver: { bytes in try download.file.write(bytes) })
      } catch let error as HTTPError {
        if error.code == .cancelled { throw CancellationError() }
        throw refusal("cannot be fetched: \(error.reason)", hint: "is the address right, and the network there?")
      }
      switch response.status {
      case 200..<300: return try await keep(part, as: path, response)
      case 304:
        guard let known else { break }
        unlink(part)
        return try await BlockingPool.shared.run { [cache] in
          try Self.place(contentOf: cache.blobs.path(of: known.content.digest), at: path, modified: known.modified)
        }
      case 301, 302, 303, 307, 308:
        unlink(part)
        guard let location = response.headers["Location"], let next = try at.following(location) else { break }
        guard next.isPrivate || !at.isPrivate || checksum != nil else {
          throw refusal("leads to plain HTTP: \(RemoteAddress.redacted(next.text))", hint: "name an address with TLS")
        }
        at = next
        continue
      default: break
      }
      throw refusal("answers with status \(response.status)", hint: "is the address right, and open to all?")
    }
    throw refusal("leads to more than \(Self.longestWay) others", hint: "name the address that they lead to")
  }

  private func keep(_ part: String, as path: [UInt8], _ response: HTTPResponse) async throws {
    let modified = response.headers["Last-Modified"].flatMap(Self.seconds)
    try await BlockingPool.shared.run { [self] in
      var sha = try SHA256()
      try FileDescriptor.open(part).forEachChunk { (bytes) throws(NativeError) in try sha.update(bytes) }
      let digest = Digest(sha256: try sha.finish())
      if let checksum, digest != checksum {
        throw refusal("is \(digest), and --checksum says \(checksum)", code: .input, hint: "has it been changed?")
      }
      if let etag = response.headers["ETag"] {
        var writer = try cache.blobs.writer(mediaType: MediaType("application/octet-stream"))
        try writer.write(contentsOf: FileDescriptor.open(part))
        let record = Record(etag: etag, modified: modified, content: try writer.finish())
        try AtomicFile.write(CanonicalJSON.encode(record), to: try recordPath())
      }
      try Self.place(contentOf: part, at: path, modified: modified)
      unlink(part)
    }
  }

  private static func place(contentOf source: String, at path: [UInt8], modified: Int?) throws {
    let target = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    try FileDescriptor.open(source).forEachChunk { (bytes) throws(NativeError) in try target.write(bytes) }
    try target.setMode(0o600)
    try target.setTime(max(0, modified ?? 0))
  }

  private func known() throws -> Record? {
    guard let bytes = try? FileDescriptor.open(recordPath()).readAll(limit: 1 << 16),
      let record = try? CanonicalJSON.decode(Record.self, from: bytes), try cache.holds(record.content),
      checksum == nil || checksum == record.content.digest
    else { return nil }
    if (try? cache.blobs.verify(record.content.digest)) != nil { return record }
    try cache.blobs.remove(record.content.digest)
    return nil
  }

  private func recordPath() throws -> String {
    let folder = cache.directory + "/remotes"
    guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw NativeError(failed: "make \(folder)") }
    return "\(folder)/\(try SHA256.hash(Array(address.text.utf8)).hexadecimal).json"
  }

  /// Seconds since 1970 of an HTTP date. Source: RFC 9110, section 5.6.7, IMF-fixdate.
  private static func seconds(_ text: String) -> Int? {
    guard let match = text.wholeMatch(of: /[A-Za-z]{3}, ([0-9]{2}) ([A-Za-z]{3}) ([0-9]{4}) ([0-9:]{8}) GMT/),
      let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        .firstIndex(of: String(match.2)),
      let date = try? Date(
        "\(match.3)-\(month < 9 ? "0" : "")\(month + 1)-\(match.1)T\(match.4)Z", strategy: .iso8601)
    else { return nil }
    return Int(date.timeIntervalSince1970)
  }

  private func refusal(_ reason: String, code: BuildError.Code = .remote, hint: String) -> BuildError {
    BuildError(code: code, message: "\(RemoteAddress.redacted(address.text)) \(reason)", hint: hint)
  }
}

/// How a registry is, for as long as it lives.
package struct Manner: Sendable {
  package enum Authentication: Sendable {
    case basic
    case bearer
  }

  package enum Locations: Sendable, CaseIterable {
    /// `/v2/…`.
    case path
    /// `http://HOST/v2/…`.
    case absolute
    /// Relative to the address of the request.
    case relative
    /// At the other server, which refuses any authorization.
    case elsewhere
    /// Without the header.
    case missing
  }

  /// Nil lets everybody in.
  package var authentication: Authentication?
  /// Of the user `AWS`: the one that is good now, then the one after each expiry.
  package var passwords = ["one", "two", "three", "four"]
  /// Whether what has expired is refused by 403 in plain text rather than by 401.
  package var saysExpiredInText = false
  /// The answer to a mount of a blob that the source has: 201, 202, 404 or 405.
  package var mount = 201
  package var locations = Locations.path
  /// Whether a tag that exists is refused, even for the image that it names.
  package var isImmutable = false
  /// The answer to a chunk.
  package var chunkStatus = 202
  /// Whether the range that an upload says it has is for ever that of its first chunk.
  package var rangeSticks = false
  /// Bytes that every chunk but the last must have.
  package var smallestChunk = 0
  /// Whether it says so when an upload starts.
  package var announcesSmallestChunk = true
  /// The most bytes of a body that is sent; 413 refuses more. Nil for any number.
  package var largestBody: Int?
  /// Whether a blob is answered by 307 to the other server, which refuses any authorization.
  package var redirectsBlobs = false
  /// Whether each connection carries one answer.
  package var closesEachConnection = false
  /// The repositories that exist; a connection that asks for another is closed. Nil for all.
  package var repositories: Set<String>?

  package init() {}

  package init(_ change: (inout Manner) -> Void) { change(&self) }

  /// As the project's notes on ECR have it.
  package static let ecr = Manner {
    $0.authentication = .basic
    $0.saysExpiredInText = true
    $0.mount = 202
    $0.isImmutable = true
    $0.chunkStatus = 201
    $0.rangeSticks = true
    $0.smallestChunk = 5 << 20
    $0.announcesSmallestChunk = false
    $0.redirectsBlobs = true
  }
}

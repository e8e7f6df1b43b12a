/// What a request is for, as the distribution specification's table of end points has it.
package enum RequestKind: Sendable, Hashable, CaseIterable {
  case ping
  case token
  case checkManifest
  case fetchManifest
  case putManifest
  case deleteManifest
  case checkBlob
  case fetchBlob
  case startUpload
  case mountBlob
  /// PATCH.
  case sendChunk
  /// PUT with a digest.
  case finishUpload
  /// GET of an upload's own address.
  case askUpload
  case listTags
  /// GET at the server to which blobs are redirected.
  case fetchElsewhere
  /// PUT or PATCH at the server to which uploads are sent.
  case sendElsewhere
  case other
}

/// A request's kind with the repository and the last part of its path: a tag, a digest or an upload's name.
struct Route {
  var kind: RequestKind
  var repository = ""
  var name = ""

  init(_ request: Request) {
    let path = request.path
    if request.isElsewhere {
      kind = request.method == "GET" || request.method == "HEAD" ? .fetchElsewhere : .sendElsewhere
      let parts = path.split(separator: "/")
      name = parts.last.map(String.init) ?? ""
      // /upload/REPOSITORY/NAME
      if parts.count > 2 { repository = parts[1..<(parts.count - 1)].joined(separator: "/") }
      return
    }
    kind = .other
    if path == "/v2/" { kind = .ping }
    if path == "/token" { kind = .token }
    guard path.hasPrefix("/v2/") else { return }
    for (part, kinds) in Self.table {
      guard let mark = path.firstRange(of: part) else { continue }
      repository = String(path[..<mark.lowerBound].dropFirst(4))
      name = String(path[mark.upperBound...])
      kind = kinds[request.method] ?? .other
      if kind == .startUpload, !request.query("mount").isEmpty { kind = .mountBlob }
      return
    }
  }

  /// Uploads come first: their path holds that of blobs.
  private static let table: [(String, [String: RequestKind])] = [
    (
      "/blobs/uploads/",
      ["POST": .startUpload, "PATCH": .sendChunk, "PUT": .finishUpload, "GET": .askUpload]
    ),
    ("/blobs/", ["HEAD": .checkBlob, "GET": .fetchBlob]),
    (
      "/manifests/",
      ["HEAD": .checkManifest, "GET": .fetchManifest, "PUT": .putManifest, "DELETE": .deleteManifest]
    ),
    ("/tags/list", ["GET": .listTags]),
  ]
}

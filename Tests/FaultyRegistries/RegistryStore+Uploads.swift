import OCI

/// An upload's session: its address carries a state that changes with every chunk, as those of Docker's registry do.
extension RegistryStore {
  mutating func startUpload(_ request: Request, _ repository: String) throws -> Answer {
    if let source = request.query("from").first, let digest = request.query("mount").first {
      let bytes = blobs[Place(repository: source, name: digest)]
      if let bytes, manner.mount == 201 {
        blobs[Place(repository: repository, name: digest)] = bytes
        return Answer(201, [("Location", "/v2/\(repository)/blobs/\(digest)"), ("Docker-Content-Digest", digest)])
      }
      if bytes != nil, manner.mount >= 400 { return .refusal(manner.mount, "UNSUPPORTED", "no mounts here") }
    } else if let digest = request.query("digest").first {
      return try keep(request.body, as: digest, in: repository)
    }
    let name = openUpload(in: repository)
    return progress(of: name, to: request, status: 202)
  }

  mutating func sendChunk(_ request: Request, _ name: String) -> Answer {
    guard let upload = uploads[name] else { return Self.unknownUpload }
    if let wrong = wrongState(request, upload) { return wrong }
    // Content-Range: FIRST-LAST
    if let range = request.headers["content-range"]?.split(separator: "-"),
      range.first.flatMap({ Int($0) }) != upload.bytes.count
    {
      return Answer(416, [("Range", Self.range(upload.bytes.count))])
    }
    if let last = upload.lastChunk, last < manner.smallestChunk {
      return .refusal(400, "BLOB_UPLOAD_INVALID", "a part of \(last) bytes is too small")
    }
    uploads[name]?.lastChunk = request.body.count
    uploads[name]?.bytes += request.body
    if upload.firstEnd == nil { uploads[name]?.firstEnd = request.body.count }
    return progress(of: name, to: request, status: manner.chunkStatus)
  }

  mutating func finishUpload(_ request: Request, _ name: String) throws -> Answer {
    guard let upload = uploads[name] else { return Self.unknownUpload }
    if let wrong = wrongState(request, upload) { return wrong }
    uploads[name] = nil
    guard let digest = request.query("digest").first else {
      return .refusal(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
    }
    return try keep(upload.bytes + request.body, as: digest, in: upload.repository)
  }

  /// Where an upload stands. Source: OCI distribution specification v1.1, end point 13.
  func askUpload(_ request: Request, _ name: String) -> Answer {
    guard uploads[name] != nil else { return Self.unknownUpload }
    return progress(of: name, to: request, status: 204)
  }

  private mutating func keep(_ bytes: [UInt8], as digest: String, in repository: String) throws -> Answer {
    guard digest == (try Self.digest(bytes)) else {
      return .refusal(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
    }
    blobs[Place(repository: repository, name: digest)] = bytes
    return Answer(201, [("Location", "/v2/\(repository)/blobs/\(digest)"), ("Docker-Content-Digest", digest)])
  }

  private func progress(of name: String, to request: Request, status: Int) -> Answer {
    guard let upload = uploads[name] else { return Self.unknownUpload }
    let known = manner.rangeSticks ? upload.firstEnd ?? 0 : upload.bytes.count
    let state = "_state=a%2Fb%3D\(upload.bytes.count)&more="
    var answer = Answer(status, [("Range", Self.range(known)), ("Docker-Upload-UUID", name)])
    if manner.smallestChunk > 0, manner.announcesSmallestChunk {
      answer["OCI-Chunk-Min-Length"] = "\(manner.smallestChunk)"
    }
    let path = "/v2/\(upload.repository)/blobs/uploads/"
    switch manner.locations {
    case .path: answer["Location"] = "\(path)\(name)?\(state)"
    case .absolute: answer["Location"] = "http://\(request.headers["host"] ?? "")\(path)\(name)?\(state)"
    case .relative: answer["Location"] = "\(name)?\(state)"
    case .elsewhere: answer["Location"] = "http://\(elsewhere)/upload/\(upload.repository)/\(name)?\(state)"
    case .missing: break
    }
    return answer
  }

  /// The state must be that of the newest answer: whoever builds the address anew has lost it.
  private func wrongState(_ request: Request, _ upload: Upload) -> Answer? {
    request.query("_state") == ["a/b=\(upload.bytes.count)"]
      ? nil : .refusal(400, "BLOB_UPLOAD_INVALID", "the state of the upload is another")
  }

  /// Docker's registry says `0-0` of nothing too.
  private static func range(_ count: Int) -> String { "0-\(max(0, count - 1))" }

  private static let unknownUpload = Answer.refusal(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
}

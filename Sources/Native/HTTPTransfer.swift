import CCurl
import Glibc
import Synchronization

/// One exchange on one libcurl handle, on one thread: what libcurl's callbacks read and write.
final class HTTPTransfer {
  private let request: HTTPRequest
  private let limit: Int
  private var onHead: HTTPClient.HeadReceiver?
  private let receiver: HTTPClient.Receiver?
  private let progress: HTTPClient.Progress?
  private let cancellation: Cancellation
  private var headers = HTTPHeaders()
  /// Bytes of all heads so far.
  private var headSize = 0
  /// Whether the empty line that ends a head has come: where the connection ends before, libcurl is content.
  private var isHeadWhole = false
  private var body: [UInt8] = []
  private var upload: HTTPUpload
  private var failure: HTTPError?
  private var curl: UnsafeMutableRawPointer?
  /// What libcurl says beyond its code.
  private let explanation = UnsafeMutableBufferPointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  private let began = ContinuousClock.now
  private var rate = LowestRate(at: .zero)
  private var moved = (sent: 0, received: 0)
  /// When progress was told last.
  private var reported = Duration.zero

  init(
    _ request: HTTPRequest, limit: Int, onHead: HTTPClient.HeadReceiver?, receiver: HTTPClient.Receiver?,
    progress: HTTPClient.Progress?, cancellation: Cancellation
  ) throws(HTTPError) {
    do throws(NativeError) { upload = try HTTPUpload(request.body) } catch {
      throw HTTPError(code: .local, url: request.url, reason: error.description)
    }
    self.request = request
    self.limit = limit
    self.onHead = onHead
    self.receiver = receiver
    self.progress = progress
    self.cancellation = cancellation
    explanation.initialize(repeating: 0)
  }

  deinit { explanation.deallocate() }

  func perform(
    on curl: UnsafeMutableRawPointer, _ configuration: HTTPClient.Configuration
  ) throws(HTTPError) -> HTTPResponse {
    self.curl = curl
    defer { self.curl = nil }
    let list = try headerList(configuration)
    defer { curl_slist_free_all(list) }
    try set(up: curl, configuration, list)
    let result = curl_easy_perform(curl)
    if let failure { throw failure }
    guard result == CURLE_OK else { throw error(for: result) }
    guard isHeadWhole else {
      throw HTTPError(code: .broken, url: request.url, reason: "the connection ended within the answer's headers")
    }
    progress?(moved.sent, moved.received)
    var response = HTTPResponse(status: status, headers: headers, body: body)
    response.peer = peer
    return response
  }

  private var peer: String? {
    var address: UnsafePointer<CChar>?
    guard let curl, imagesmith_getinfo_text(curl, CURLINFO_PRIMARY_IP, &address) == CURLE_OK else { return nil }
    return address.map { String(cString: $0) }
  }

  private var status: Int {
    var status = 0
    guard let curl, imagesmith_getinfo_long(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK else { return 0 }
    return status
  }

  // MARK: - Before

  private func set(
    up curl: UnsafeMutableRawPointer, _ configuration: HTTPClient.Configuration,
    _ list: UnsafeMutablePointer<curl_slist>?
  ) throws(HTTPError) {
    let context = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
    var results = [
      request.url.withCString { imagesmith_setopt_pointer(curl, CURLOPT_URL, $0) },
      request.method.withCString { imagesmith_setopt_pointer(curl, CURLOPT_CUSTOMREQUEST, $0) },
      "http,https".withCString { imagesmith_setopt_pointer(curl, CURLOPT_PROTOCOLS_STR, $0) },
      imagesmith_setopt_pointer(curl, CURLOPT_HTTPHEADER, list),
      imagesmith_setopt_pointer(curl, CURLOPT_ERRORBUFFER, explanation.baseAddress),
      imagesmith_setopt_long(curl, CURLOPT_NOSIGNAL, 1),
      imagesmith_setopt_long(curl, CURLOPT_NOPROGRESS, 0),
      imagesmith_setopt_long(curl, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
      imagesmith_setopt_long(curl, CURLOPT_TCP_KEEPALIVE, 1),
      imagesmith_setopt_long(curl, CURLOPT_CONNECTTIMEOUT, request.connectTimeout),
      imagesmith_setopt_long(curl, CURLOPT_TIMEOUT, request.totalTimeout ?? 0),
      imagesmith_setopt_long(curl, CURLOPT_BUFFERSIZE, 256 << 10),
      imagesmith_setopt_long(curl, CURLOPT_UPLOAD_BUFFERSIZE, 512 << 10),
      imagesmith_setopt_data_callback(curl, CURLOPT_HEADERFUNCTION, onHeader),
      imagesmith_setopt_pointer(curl, CURLOPT_HEADERDATA, context),
      imagesmith_setopt_data_callback(curl, CURLOPT_WRITEFUNCTION, onBody),
      imagesmith_setopt_pointer(curl, CURLOPT_WRITEDATA, context),
      imagesmith_setopt_progress_callback(curl, CURLOPT_XFERINFOFUNCTION, onProgress),
      imagesmith_setopt_pointer(curl, CURLOPT_XFERINFODATA, context),
      imagesmith_setopt_long(curl, CURLOPT_SSL_VERIFYPEER, configuration.skipsVerification ? 0 : 1),
      imagesmith_setopt_long(curl, CURLOPT_SSL_VERIFYHOST, configuration.skipsVerification ? 0 : 2),
    ]
    // A bundle is to be trusted instead of the system's certificates, not beside them.
    if configuration.caBundle != nil { results.append(imagesmith_setopt_pointer(curl, CURLOPT_CAPATH, nil)) }
    for (option, file) in [
      (CURLOPT_CAINFO, configuration.caBundle), (CURLOPT_SSLCERT, configuration.clientCertificate),
      (CURLOPT_SSLKEY, configuration.clientKey),
    ] {
      guard let file else { continue }
      results.append(file.withCString { imagesmith_setopt_pointer(curl, option, $0) })
    }
    if !configuration.addedAuthorities.isEmpty { results.append(try trust(configuration, on: curl)) }
    if request.refusesPeer != nil {
      results += [
        imagesmith_setopt_prerequest_callback(curl, CURLOPT_PREREQFUNCTION, onConnected),
        imagesmith_setopt_pointer(curl, CURLOPT_PREREQDATA, context),
      ]
    }
    if request.method == "HEAD" {
      results.append(imagesmith_setopt_long(curl, CURLOPT_NOBODY, 1))
    } else if upload.length > 0 || ["POST", "PUT", "PATCH"].contains(request.method) {
      results += [
        imagesmith_setopt_long(curl, CURLOPT_UPLOAD, 1),
        imagesmith_setopt_offset(curl, CURLOPT_INFILESIZE_LARGE, upload.length),
        imagesmith_setopt_data_callback(curl, CURLOPT_READFUNCTION, onRead),
        imagesmith_setopt_pointer(curl, CURLOPT_READDATA, context),
        imagesmith_setopt_seek_callback(curl, CURLOPT_SEEKFUNCTION, onSeek),
        imagesmith_setopt_pointer(curl, CURLOPT_SEEKDATA, context),
      ]
    }
    if let bad = results.first(where: { $0 != CURLE_OK }) { throw error(for: bad) }
  }

  /// Has libcurl trust the added authorities: as bytes they take the place of a bundle's file, not of the system's folder.
  private func trust(
    _ configuration: HTTPClient.Configuration, on curl: UnsafeMutableRawPointer
  ) throws(HTTPError) -> CURLcode {
    var authorities = configuration.addedAuthorities
    if let bundle = configuration.caBundle {
      do throws(NativeError) { authorities += try FileDescriptor.open(bundle).readAll(limit: 16 << 20) } catch {
        throw HTTPError(code: .local, url: request.url, reason: error.description)
      }
    }
    return authorities.withUnsafeMutableBytes { bytes in
      var blob = curl_blob(data: bytes.baseAddress, len: bytes.count, flags: UInt32(CURL_BLOB_COPY))
      return imagesmith_setopt_pointer(curl, CURLOPT_CAINFO_BLOB, &blob)
    }
  }

  private func headerList(
    _ configuration: HTTPClient.Configuration
  ) throws(HTTPError) -> UnsafeMutablePointer<curl_slist>? {
    // An empty Expect keeps libcurl from waiting a second for "100 Continue" before each upload.
    var lines = ["User-Agent: \(configuration.userAgent)", "Expect:"]
    for field in request.headers.fields {
      guard !(field.name + field.value).utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) else {
        throw HTTPError(code: .request, url: request.url, reason: "the header \(field.name) holds a line break")
      }
      lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
    }
    var list: UnsafeMutablePointer<curl_slist>?
    for line in lines {
      guard let longer = curl_slist_append(list, line) else {
        curl_slist_free_all(list)
        throw HTTPError(code: .request, url: request.url, reason: "no memory")
      }
      list = longer
    }
    return list
  }

  // MARK: - During

  /// A new status line starts the headers anew: an answer of 100 comes before the one that counts.
  func receive(headerLine line: UnsafeRawBufferPointer) -> Bool {
    headSize += line.count
    guard headSize <= Self.headLimit else {
      failure = HTTPError(
        code: .tooLarge, url: request.url, reason: "the answer's headers are longer than \(Self.headLimit) bytes")
      return false
    }
    let text = String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      headers = HTTPHeaders()
      isHeadWhole = false
    } else if text.allSatisfy(\.isNewline) {
      isHeadWhole = true
    } else if !isHeadWhole, let colon = text.firstIndex(of: ":") {
      // White space around a value is not part of it. Source: RFC 9110, section 5.5.
      var value = text[text.index(after: colon)...].drop(while: \.isWhitespace)
      while value.last?.isWhitespace == true { value.removeLast() }
      headers.add(String(text[..<colon]), String(value))
    }
    return true
  }

  /// Whether anything may be sent over a connection to `address`.
  func maySend(to address: String) -> Bool {
    guard request.refusesPeer?(address) == true else { return true }
    failure = HTTPError(code: .forbidden, url: request.url, reason: "its name leads to \(address)")
    return false
  }

  /// A head may be long for its cookies and signatures, but has an end.
  private static let headLimit = 128 << 10

  func receive(body bytes: UnsafeRawBufferPointer) -> Bool {
    if let receiver, (200..<300).contains(status) {
      do {
        try onHead?(HTTPResponse(status: status, headers: headers))
        onHead = nil
        try receiver(bytes)
        return true
      } catch {
        failure = HTTPError(code: .local, url: request.url, reason: "\(error)")
        return false
      }
    }
    guard body.count + bytes.count <= limit else {
      failure = HTTPError(code: .tooLarge, url: request.url, reason: "the answer is longer than \(limit) bytes")
      return false
    }
    body.append(contentsOf: bytes)
    return true
  }

  /// Fills `buffer` with what is sent next; nil when there is an error.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    do { return try upload.read(into: buffer) } catch {
      failure = HTTPError(code: .local, url: request.url, reason: "\(error)")
      return nil
    }
  }

  func seek(to position: Int) -> Bool { upload.seek(to: position) }

  /// Called by libcurl many times a second while bytes flow, and about once a second while none do.
  func shouldGoOn(sent: Int, received: Int) -> Bool {
    guard !cancellation.flag.load(ordering: .relaxed) else { return false }
    moved = (sent, received)
    let now = ContinuousClock.now - began
    if now - reported >= .milliseconds(100) {
      reported = now
      progress?(sent, received)
    }
    let isAnswering = received == 0 && sent >= upload.length
    let window = isAnswering ? request.answerTimeout : request.stallTimeout
    guard
      let slow = rate.violation(at: now, moved: sent + received, window: window, isAnswering: isAnswering)
    else { return true }
    let moved = slow.moved == 0 ? "no byte" : "only \(slow.moved) bytes"
    failure = HTTPError(code: .timeout, url: request.url, reason: "\(moved) in \(slow.seconds) s")
    return false
  }

  // MARK: - After

  private func error(for result: CURLcode) -> HTTPError {
    let said = String(decoding: explanation.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    // With TLS 1.3 a server refuses a client's certificate only after the handshake, where it looks like a broken line.
    if [CURLE_SEND_ERROR, CURLE_RECV_ERROR].contains(result), let alert = said.firstRange(of: "alert") {
      return HTTPError(
        code: .tls, url: request.url, reason: "the server refused the handshake: \(said[alert.lowerBound...])")
    }
    let code: HTTPError.Code =
      switch result {
      case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
      case CURLE_COULDNT_CONNECT: .connect
      case CURLE_OPERATION_TIMEDOUT: .timeout
      case CURLE_ABORTED_BY_CALLBACK: .cancelled
      case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CERTPROBLEM:
        .tls
      case CURLE_URL_MALFORMAT, CURLE_UNKNOWN_OPTION: .request
      // The same code is what libcurl has for an answer that is not HTTP.
      case CURLE_UNSUPPORTED_PROTOCOL where !request.url.lowercased().hasPrefix("http"): .request
      default: .broken
      }
    return HTTPError(code: code, url: request.url, reason: String(cString: curl_easy_strerror(result)))
  }
}

import Native
import Synchronization

extension RegistryClient {
  /// What goes with a request beyond its address, and what becomes of the answer.
  struct Options: Sendable {
    var headers: HTTPHeaders = [:]
    var body = HTTPRequest.Body.none
    /// The most bytes of a body that is kept.
    var limit = 4 << 20
    /// Seconds in which a kibibyte for each must move; nil for what holds for the client.
    var stallTimeout: Int?
    /// Seconds until the first byte of an answer.
    var answerTimeout = 60
    /// Whether the exchange may last to the deadline, as a blob's does; others get two minutes.
    var isLong = false
    var onHead: HTTPClient.HeadReceiver?
    var receiver: HTTPClient.Receiver?
    var progress: HTTPClient.Progress?
  }

  /// Sends `call` once; authenticates as the registry asks, follows redirects of GET and HEAD, renews what has expired.
  ///
  /// - Parameters:
  ///   - accepting: the statuses that are answers; every other is an error.
  ///   - throughMirrors: whether the host's mirrors are asked first, for what is to be pulled.
  func exchange(
    _ call: Call, at host: RegistryHost, until deadline: Deadline, accepting: Set<Int>, _ options: Options = Options(),
    throughMirrors: Bool = true
  ) async throws -> HTTPResponse {
    if throughMirrors, call.isPull,
      let response = try await askMirrors(call, of: host, until: deadline, accepting: accepting, options)
    {
      return response
    }
    var call = call
    call.account = call.scopes.first.map { configuration.account(host.name, $0.repository) } ?? host.name
    var url = asSpoken(call.url, by: host)
    var renewals = 0
    var redirects = 0
    var authorization =
      isOwn(url, of: host) ? try await authenticator.authorization(for: host, call) : nil
    while true {
      let outcome = try await transmit(
        call, url, at: host, options, isOwn(url, of: host) ? authorization : nil, until: deadline)
      if let other = otherScheme(url, host, outcome) {
        url = other
        continue
      }
      let response: HTTPResponse
      do { response = try outcome.get() } catch { throw RegistryError(call, at: url, error) }
      if isOwn(url, of: host), renewals < 2, isExpired(response, call, authorization) {
        renewals += 1
        guard
          let fresh = try await authenticator.renew(for: host, call, after: response, refused: authorization)
        else { throw RegistryError(call, response) }
        authorization = fresh
      } else if [301, 302, 303, 307, 308].contains(response.status), ["GET", "HEAD"].contains(call.method),
        let location = response.headers["Location"], redirects < 5
      {
        redirects += 1
        url = try follow(location, from: url, host, call)
      } else {
        // Behind a redirect a refused HEAD only means that it is not known whether the blob is there.
        let isGuess = call.operation == .checkBlob && !isOwn(url, of: host)
        guard isGuess || accepting.contains(response.status) else { throw RegistryError(call, response) }
        return response
      }
    }
  }

  private func transmit(
    _ call: Call, _ url: RegistryURL, at host: RegistryHost, _ options: Options, _ authorization: Authorization?,
    until deadline: Deadline
  ) async throws -> Result<HTTPResponse, HTTPError> {
    var request = HTTPRequest(
      call.method, url.description, headers: options.headers, body: options.body,
      stallTimeout: options.stallTimeout ?? configuration.stallTimeout,
      answerTimeout: options.answerTimeout,
      totalTimeout: options.isLong ? deadline.remainingSeconds : min(120, deadline.remainingSeconds))
    request.headers["Authorization"] = authorization?.header
    if !isOwn(url, of: host) { request.refusesPeer = memory.refusal(ofPeersFor: host) }
    do {
      let response = try await connections.client(for: url.authority).send(
        request, limit: options.limit, onHead: options.onHead, receiver: options.receiver, progress: options.progress)
      if isOwn(url, of: host) { memory.note(peer: response.peer, of: host) }
      return .success(response)
    } catch let error as HTTPError {
      try Task.checkCancellation()
      return .failure(error)
    }
  }

  /// Whether `url` is at the registry itself: only there does its authorization go.
  private func isOwn(_ url: RegistryURL, of host: RegistryHost) -> Bool {
    url.hasSameOrigin(as: self.url(host, ""))
  }

  /// The same address with the other scheme, where what came back says that the host speaks that one.
  ///
  /// A host that is named insecure is tried with TLS first, one on loopback without. Decided once, at its first answer.
  private func otherScheme(
    _ url: RegistryURL, _ host: RegistryHost, _ outcome: Result<HTTPResponse, HTTPError>
  ) -> RegistryURL? {
    guard host.allowsPlain, url.hasSameOrigin(as: host.url("", scheme: host.firstScheme)) else { return nil }
    var other = url
    switch outcome {
    case .success(let response) where url.scheme == .http && response.refusesPlain: other.scheme = .https
    case .failure(let error) where url.scheme == .https && [.tls, .connect, .broken].contains(error.code):
      other.scheme = .http
    case .success:
      memory.keep(url.scheme, of: host)
      return nil
    case .failure: return nil
    }
    // A request beside this one may have found out first.
    memory.keep(other.scheme, of: host)
    return memory.scheme(of: host) == other.scheme ? other : nil
  }

  /// The address by the scheme that its host has turned out to speak since the address was made.
  private func asSpoken(_ url: RegistryURL, by host: RegistryHost) -> RegistryURL {
    guard let scheme = memory.scheme(of: host), url.hasSameOrigin(as: host.url("", scheme: host.firstScheme)) else {
      return url
    }
    var spoken = url
    spoken.scheme = scheme
    return spoken
  }

  /// ECR says 403 where its token has expired, in a body that HEAD does not have.
  private func isExpired(_ response: HTTPResponse, _ call: Call, _ authorization: Authorization?) -> Bool {
    if response.status == 401 { return true }
    guard response.status == 403, authorization != nil else { return false }
    let said = RegistryError.read(response.body).text.lowercased()
    return call.method == "HEAD" || (said.contains("token") && said.contains("expired"))
  }

  /// Where a `Location` leads, when a request may go there.
  func follow(_ location: String, from url: RegistryURL, _ host: RegistryHost, _ call: Call) throws -> RegistryURL {
    guard var target = url.resolving(location) else {
      throw RegistryError(
        code: .refused, message: "\(call.method) \(call.operation.noun) \(call.subject): a Location that is no URL")
    }
    // A registry behind a proxy that ends TLS often gives its own address with http.
    if target.scheme == .http, url.scheme == .https, target.authority == url.authority { target.scheme = .https }
    if target.scheme == .http, url.scheme == .https {
      throw RegistryError(
        code: .unsafe,
        message: "\(call.method) \(call.operation.noun) \(call.subject): sent on to \(target.authority) over plain HTTP"
      )
    }
    if HostAddress.isLocal(target.host), !HostAddress.isLocal(RegistryURL.host(of: host.authority)) {
      throw RegistryError(
        code: .unsafe,
        message: "\(call.method) \(call.operation.noun) \(call.subject): sent on to \(target.authority), "
          + "which is inside this machine or its network link")
    }
    return target
  }
}

extension HTTPResponse {
  /// Whether a server with TLS answered plain HTTP: some say so in the body, Go's sends a status line alone.
  fileprivate var refusesPlain: Bool {
    status == 400 && (headers.fields.isEmpty || String(decoding: body.prefix(4096), as: UTF8.self).contains("HTTPS"))
  }
}

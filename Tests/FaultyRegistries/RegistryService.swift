import Native
import Synchronization

/// What a faulty registry's threads share: the store, the gate, the schedule; and how one connection is served.
final class RegistryService: Sendable {
  let host: String
  let log = Mutex<[Request]>([])
  let store: Mutex<RegistryStore>
  let schedule: Mutex<FaultSchedule>
  private let gate: Mutex<Gatekeeper>
  private let manner: Manner
  private let elsewhere: String
  private let traffic = Atomic(0)
  private let onTraffic: @Sendable (Int) -> Void

  init(
    _ manner: Manner, _ schedule: FaultSchedule, host: String, elsewhere: String,
    _ onTraffic: @escaping @Sendable (Int) -> Void
  ) {
    self.host = host
    self.elsewhere = elsewhere
    self.manner = manner
    self.onTraffic = onTraffic
    store = Mutex(RegistryStore(manner, elsewhere: elsewhere))
    gate = Mutex(Gatekeeper(manner))
    self.schedule = Mutex(schedule)
  }

  func note(_ bytes: Int) {
    onTraffic(traffic.add(bytes, ordering: .relaxed).newValue)
  }

  /// Answers request after request until one side ends the connection.
  func serve(_ connection: Connection, isElsewhere: Bool) {
    var rest: [UInt8] = []
    while let request = readHead(connection, &rest, isElsewhere) {
      let route = Route(request)
      log.withLock { $0.append(request) }
      if let repositories = manner.repositories, !route.repository.isEmpty, !repositories.contains(route.repository) {
        return
      }
      let fault = schedule.withLock { $0.next(route.kind) }
      var exchange = Exchange(self, connection, request, route, fault)
      guard exchange.run(&rest), !manner.closesEachConnection else { return }
    }
  }

  /// - Parameter rest: what has come and is not used; afterwards what follows the head.
  private func readHead(_ connection: Connection, _ rest: inout [UInt8], _ isElsewhere: Bool) -> Request? {
    while true {
      if let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
        let head = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
        rest.removeSubrange(..<end.upperBound)
        return Request(head: head, isElsewhere: isElsewhere)
      }
      let bytes = connection.receive(64 << 10)
      guard !bytes.isEmpty else { return nil }
      note(bytes.count)
      rest += bytes
    }
  }

  /// The registry's own work.
  func answer(_ request: Request, _ route: Route) throws -> Answer {
    if let largest = manner.largestBody, request.body.count > largest {
      return Answer(413, [("Content-Type", "text/html")], Array("<h1>413 Request Entity Too Large</h1>".utf8))
    }
    if request.isElsewhere { return try answerElsewhere(request, route) }
    if route.kind == .token { return gate.withLock { $0.token(request) } }
    if let refusal = gate.withLock({ $0.refusal(request, route, host: host) }) { return refusal }
    let place = RegistryStore.Place(repository: route.repository, name: route.name)
    return try store.withLock { store in
      switch route.kind {
      case .ping: Answer(200, [], Array("{}".utf8))
      case .checkManifest, .fetchManifest: try store.manifest(place)
      case .putManifest: try store.putManifest(place, request.headers["content-type"] ?? "", request.body)
      case .deleteManifest: store.deleteManifest(place)
      case .checkBlob,
        .fetchBlob where !manner.redirectsBlobs:
        store.blob(place, range: request.range)
      case .fetchBlob:
        Answer(307, [("Location", "http://\(elsewhere)/data/\(route.name)?X-Amz-Signature=secret")])
      case .startUpload, .mountBlob: try store.startUpload(request, route.repository)
      case .sendChunk: store.sendChunk(request, route.name)
      case .finishUpload: try store.finishUpload(request, route.name)
      case .askUpload: store.askUpload(request, route.name)
      case .listTags: store.tags(of: route.repository)
      case .token, .fetchElsewhere, .sendElsewhere, .other: .refusal(404, "NAME_UNKNOWN", "no such thing")
      }
    }
  }

  /// As a store of objects behind presigned addresses.
  private func answerElsewhere(_ request: Request, _ route: Route) throws -> Answer {
    guard request.authorization == nil else {
      let text = "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>"
      return Answer(400, [("Content-Type", "application/xml")], Array(text.utf8))
    }
    return try store.withLock { store in
      switch request.method {
      case "GET", "HEAD": store.blob(anywhere: route.name, range: request.range)
      case "PATCH": store.sendChunk(request, route.name)
      default: try store.finishUpload(request, route.name)
      }
    }
  }

  var password: String { gate.withLock { $0.password } }
  func expire() { gate.withLock { $0.expire() } }
  func forgetUploads() { store.withLock { $0.uploads = [:] } }
}

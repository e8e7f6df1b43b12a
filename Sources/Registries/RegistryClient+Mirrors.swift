import Native
import OCI
import Synchronization

extension RegistryClient {
  /// Asks the mirrors of a registry, in order, each once, for what is to be pulled.
  ///
  /// What a mirror says of a digest is checked as what the registry says. A mirror gets the credentials of its own host
  /// alone. One that does not answer, or breaks, is left out from then on.
  ///
  /// - Returns: nil when none has it, so that the registry itself is to be asked.
  /// - Throws: `RegistryError` when one broke in the middle of its answer: the next try goes on from there.
  func askMirrors(
    _ call: Call, of host: RegistryHost, until deadline: Deadline, accepting: Set<Int>, _ options: Options
  ) async throws -> HTTPResponse? {
    for mirror in configuration.mirrors[host.name] ?? [] where !memory.isDown(mirror.registry) {
      guard let copy = mirrored(call, at: mirror) else { continue }
      let began = Began()
      var options = options
      options.onHead = { [onHead = options.onHead] head in
        began.isSet.store(true, ordering: .relaxed)
        try onHead?(head)
      }
      do {
        let response = try await exchange(
          copy, at: self.host(named: mirror.registry), until: deadline, accepting: accepting, options,
          throughMirrors: false)
        guard call.promises(response.body) else {
          throw RegistryError(code: .mismatch, message: "GET manifest \(copy.subject): what came has another digest")
        }
        return response
      } catch let error as RegistryError where error.code != .local {
        if error.code != .notFound, error.code != .denied, error.status != 429 {
          memory.markDown(mirror.registry)
          configuration.notice("the mirror \(mirror) is left out: \(error.message)")
        }
        if began.isSet.load(ordering: .relaxed) { throw error }
      }
    }
    return nil
  }

  /// The same request at a mirror; nil for one that is of no repository.
  private func mirrored(_ call: Call, at mirror: RegistryMirror) -> Call? {
    guard let scope = call.scopes.first, call.url.target.hasPrefix("/v2/\(scope.repository)/") else { return nil }
    let rest = call.url.target.dropFirst("/v2/\(scope.repository)/".count)
    let target = mirror.reference(to: Reference(registry: "", repository: scope.repository))
    var copy = call
    copy.url = url(host(of: target), "\(target.repository)/\(rest)")
    copy.scopes = [.pull(target.repository)]
    copy.subject = call.subject.replacing(/^[^\/]*\//, with: "\(mirror)/")
    return copy
  }

  private final class Began: Sendable {
    let isSet = Atomic(false)
  }
}

extension Call {
  /// Whether a manifest's bytes are those of the digest by which it was asked for.
  fileprivate func promises(_ body: [UInt8]) -> Bool {
    guard operation == .fetchManifest, let name = url.target.split(separator: "/").last,
      let digest = Digest(name), digest.algorithm == .sha256
    else { return true }
    return (try? SHA256.hash(body)).map { Digest(sha256: $0) == digest } ?? false
  }
}

import Native
import Synchronization

/// What a client has learned of hosts from their answers.
final class HostMemory: Sendable {
  private struct State {
    var schemes: [String: RegistryURL.Scheme] = [:]
    var outside: Set<String> = []
    var down: Set<String> = []
  }

  private let state = Mutex(State())

  /// How the host is spoken to, once it has answered.
  func scheme(of host: RegistryHost) -> RegistryURL.Scheme? { state.withLock { $0.schemes[host.name] } }

  /// Keeps how the host is spoken to; the first that is kept stays.
  ///
  /// - Returns: whether it was not known.
  @discardableResult
  func keep(_ scheme: RegistryURL.Scheme, of host: RegistryHost) -> Bool {
    state.withLock { state in
      guard state.schemes[host.name] == nil else { return false }
      state.schemes[host.name] = scheme
      return true
    }
  }

  /// Notes from which address a host itself answered.
  func note(peer: String?, of host: RegistryHost) {
    guard let peer, !peer.isEmpty, !HostAddress.isLocal(peer) else { return }
    state.withLock { _ = $0.outside.insert(host.name) }
  }

  /// Which addresses a request may not reach that a host sent on: from outside none of this machine or its network link,
  /// whatever name leads there. Nil for a host that is itself there.
  ///
  /// Once a host has answered from outside, it counts as outside.
  func refusal(ofPeersFor host: RegistryHost) -> (@Sendable (String) -> Bool)? {
    guard state.withLock({ $0.outside.contains(host.name) }) else { return nil }
    return { HostAddress.isLocal($0) }
  }

  /// Whether a mirror did not answer, and is not worth another try in this run.
  func isDown(_ host: String) -> Bool { state.withLock { $0.down.contains(host) } }
  func markDown(_ host: String) { state.withLock { _ = $0.down.insert(host) } }
}

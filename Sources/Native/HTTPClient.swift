import CCurl
import Glibc
import Synchronization

/// HTTP/1.1 over libcurl. Connections are kept and used again; redirects are answers, never followed here.
package final class HTTPClient: Sendable {
  /// What holds for every request of a client.
  package struct Configuration: Sendable {
    /// A file of PEM certificates to trust instead of the system's.
    package var caBundle: String?
    /// PEM certificates to trust beside `caBundle` or the system's.
    package var addedAuthorities: [UInt8] = []
    /// A PEM certificate, and its key, by which the client names itself.
    package var clientCertificate: String?
    package var clientKey: String?
    /// Whether any certificate will do; only for hosts that the user has named insecure.
    package var skipsVerification: Bool
    /// Sent as `User-Agent`.
    package var userAgent: String

    package init(
      caBundle: String? = nil, clientCertificate: String? = nil, clientKey: String? = nil,
      skipsVerification: Bool = false, userAgent: String = "imagesmith"
    ) {
      self.caBundle = caBundle
      self.clientCertificate = clientCertificate
      self.clientKey = clientKey
      self.skipsVerification = skipsVerification
      self.userAgent = userAgent
    }
  }

  /// Takes a successful answer's body as it arrives; by throwing it ends the exchange.
  package typealias Receiver = @Sendable (UnsafeRawBufferPointer) throws -> Void
  /// Sees status and headers of an answer before the first byte of its body goes to a receiver; by throwing it ends the
  /// exchange. The body of what it is given is empty.
  package typealias HeadReceiver = @Sendable (HTTPResponse) throws -> Void
  /// Told, at most ten times a second, how many bytes of the body have been sent and received.
  package typealias Progress = @Sendable (_ sent: Int, _ received: Int) -> Void

  /// A libcurl handle that no transfer uses.
  ///
  /// `@unchecked`: libcurl allows a handle to move between threads as long as one at a time uses it, and a handle is
  /// either in `idle`, where nobody uses it, or out of it and held by the one transfer that took it.
  private struct IdleHandle: @unchecked Sendable {
    let curl: UnsafeMutableRawPointer
  }

  private let configuration: Configuration
  private let pool: BlockingPool
  private let idle = Mutex<[IdleHandle]>([])

  private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  package init(_ configuration: Configuration = Configuration(), pool: BlockingPool = .shared) {
    self.configuration = configuration
    self.pool = pool
  }

  deinit {
    for handle in idle.withLock({ $0 }) { curl_easy_cleanup(handle.curl) }
  }

  /// Sends `request` and waits for the answer. Any status is an answer.
  ///
  /// - Parameters:
  ///   - limit: the most bytes of a body that are kept in memory.
  ///   - onHead: called once before `receiver` is.
  ///   - receiver: takes the body of a 2xx answer instead; bodies of other answers are kept.
  /// - Throws: `HTTPError` when there is no whole answer.
  package func send(
    _ request: HTTPRequest, limit: Int = 8 << 20, onHead: HeadReceiver? = nil, receiver: Receiver? = nil,
    progress: Progress? = nil
  ) async throws -> HTTPResponse {
    let cancellation = Cancellation()
    return try await withTaskCancellationHandler {
      try await pool.run { [self] in
        let transfer = try HTTPTransfer(
          request, limit: limit, onHead: onHead, receiver: receiver, progress: progress, cancellation: cancellation)
        guard Self.isReady, let handle = take() else {
          throw HTTPError(code: .request, url: request.url, reason: "libcurl cannot start")
        }
        do {
          let response = try transfer.perform(on: handle.curl, configuration)
          give(back: handle)
          return response
        } catch {
          // A handle whose transfer failed keeps buffers, after which libcurl refuses its options.
          curl_easy_cleanup(handle.curl)
          throw error
        }
      }
    } onCancel: {
      cancellation.flag.store(true, ordering: .relaxed)
    }
  }

  private func take() -> IdleHandle? {
    if let handle = idle.withLock({ $0.popLast() }) { return handle }
    return curl_easy_init().map(IdleHandle.init)
  }

  private func give(back handle: IdleHandle) {
    // Keeps the live connections, the session and name caches.
    curl_easy_reset(handle.curl)
    idle.withLock { $0.append(handle) }
  }
}

/// Set once, when the task that waits for a transfer is cancelled.
final class Cancellation: Sendable {
  let flag = Atomic(false)
}

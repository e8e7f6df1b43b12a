/// The caches of other machines that a process may use, each asked for its content once.
package final class RemoteCaches: Sendable {
  private let caches: [any RemoteCache]

  /// - Parameter caches: the first that knows a step counts.
  package init(_ caches: [any RemoteCache]) { self.caches = caches }
}

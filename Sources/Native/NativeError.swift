/// A call into a C library or the system that failed.
package struct NativeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was tried, such as `open /var/x`.
  package var operation: String
  /// What the library or system said.
  package var reason: String
  /// The system's error number, where the failure has one.
  package var errno: Int32?

  package init(operation: String, reason: String, errno: Int32? = nil) {
    self.operation = operation
    self.reason = reason
    self.errno = errno
  }

  package var description: String { "\(operation): \(reason)" }
}

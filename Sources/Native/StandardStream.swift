import Glibc

/// One of the three streams that a program begins with.
package enum StandardStream: Int32, CaseIterable, Sendable {
  case input = 0
  case output = 1
  case error = 2

  /// Holds the place of each that the caller has closed: else the next file that is opened gets its number, and what is told
  /// to people stands in that file. Called before anything is opened. What is so held reads as empty and cannot be written.
  ///
  /// - Throws: `NativeError` when there is no `/dev/null`.
  package static func holdClosed() throws(NativeError) {
    for stream in allCases where fcntl(stream.rawValue, F_GETFD) == -1 {
      // The lowest number that is free, which is this one.
      guard open("/dev/null", O_RDONLY) == stream.rawValue else { throw NativeError(failed: "open /dev/null") }
    }
  }

  /// Writes all of `bytes`.
  ///
  /// - Throws: `NativeError` when they cannot be written: the disk behind it is full, or it is closed.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(NativeError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = retrying { Glibc.write(rawValue, rest.baseAddress, rest.count) }
      guard count >= 0 else { throw NativeError(failed: "write to standard \(self)") }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  package func write(_ bytes: some Collection<UInt8>) throws(NativeError) {
    try Array(bytes).withUnsafeBufferPointer { (pointer) throws(NativeError) in
      try write(UnsafeRawBufferPointer(pointer))
    }
  }

  package func write(_ text: String) throws(NativeError) { try write(Array(text.utf8)) }
}

import Glibc
import Native

/// A new directory, removed with all in it at the end.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = "/tmp/imagesmith-secrets-\(try RandomBytes.make(count: 8).map(String.init).joined())"
    guard mkdir(path, 0o755) == 0 else { throw NativeError(failed: "make \(path)") }
  }

  deinit {
    let top = try? FileDescriptor.open("/tmp", O_RDONLY | O_DIRECTORY)
    if let top { try? top.removeTree(Array(path.utf8.dropFirst(5))) }
  }
}

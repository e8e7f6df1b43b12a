import Glibc

extension FileDescriptor {
  /// The names in the directory that `self` is, without `.` and `..`, in the order of their bytes.
  package func names() throws(NativeError) -> [[UInt8]] {
    // The stream takes over its descriptor, and a duplicate would share the offset: so a new one.
    let fresh = openat(raw, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard fresh >= 0 else { throw NativeError(failed: "open \(name)") }
    guard let stream = fdopendir(fresh) else {
      let error = NativeError(failed: "read the directory \(name)")
      close(fresh)
      throw error
    }
    defer { closedir(stream) }
    guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else {
      throw NativeError(operation: "read the directory \(name)", reason: "its entries have no names")
    }
    var names: [[UInt8]] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw NativeError(failed: "read the directory \(name)") }
        break
      }
      // By address: the record may be shorter than the struct, which must not be copied whole.
      let text = UnsafeRawPointer(entry) + offset
      let count = strlen(text.assumingMemoryBound(to: CChar.self))
      let bytes = Array(UnsafeRawBufferPointer(start: text, count: count))
      if bytes != [UInt8(ascii: ".")], bytes != [UInt8(ascii: "."), UInt8(ascii: ".")] { names.append(bytes) }
    }
    return names.sorted(by: Self.precedes)
  }

  /// The order of `lexicographicallyPrecedes`, in a tenth of its time.
  private static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let order = memcmp(left, right, min(left.count, right.count))
    return order == 0 ? left.count < right.count : order < 0
  }
}

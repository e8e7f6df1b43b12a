import CLinux
import Glibc

/// A named value that a file has beside its content, such as `security.capability`. Source: xattr(7).
package struct ExtendedAttribute: Sendable, Hashable {
  /// With its namespace, such as `user.x`.
  package var name: [UInt8]
  package var value: [UInt8]

  package init(name: [UInt8], value: [UInt8]) {
    self.name = name
    self.value = value
  }

  package init(_ name: String, _ value: [UInt8]) { self.init(name: Array(name.utf8), value: value) }

  /// Where attributes are read and written: an open file, or a path whose last component is not followed.
  package enum Place {
    case descriptor(Int32, name: String)
    case path([UInt8])

    /// `name` in an open directory, whatever it is, not followed.
    package static func entry(_ name: [UInt8], of directory: Int32) -> Place {
      .path(Array("/proc/self/fd/\(directory)/".utf8) + name)
    }

    fileprivate func call<Result>(_ body: (Int32, UnsafePointer<CChar>?) -> Result) -> Result {
      switch self {
      case .descriptor(let raw, _): body(raw, nil)
      case .path(let path): withCPath(path) { body(-1, $0) }
      }
    }

    fileprivate var text: String {
      switch self {
      case .descriptor(_, let name): name
      case .path(let path): FileDescriptor.text(path)
      }
    }
  }

  /// All attributes at `place`, by name; none where the file system has no attributes.
  package static func all(of place: Place) throws(NativeError) -> [ExtendedAttribute] {
    let listed = try read("list attributes of \(place.text)") { buffer, size in
      place.call { imagesmith_list_xattr($0, $1, buffer?.assumingMemoryBound(to: CChar.self), size) }
    }
    guard let listed else { return [] }
    var attributes: [ExtendedAttribute] = []
    for name in listed.split(separator: 0) {
      if let value = try value(of: Array(name), at: place) {
        attributes.append(ExtendedAttribute(name: Array(name), value: value))
      }
    }
    return attributes.sorted { $0.name.lexicographicallyPrecedes($1.name) }
  }

  /// The value of one attribute; nil when it is not there.
  package static func value(of name: [UInt8], at place: Place) throws(NativeError) -> [UInt8]? {
    try read("read \(FileDescriptor.text(name)) of \(place.text)") { buffer, size in
      place.call { raw, path in
        withCPath(name) { imagesmith_get_xattr(raw, path, $0, buffer, size) }
      }
    }
  }

  package func set(at place: Place) throws(NativeError) {
    let result = place.call { raw, path in
      withCPath(name) { pointer in
        value.withUnsafeBytes { imagesmith_set_xattr(raw, path, pointer, $0.baseAddress, $0.count) }
      }
    }
    guard result == 0 else {
      throw NativeError(failed: "set \(FileDescriptor.text(name)) on \(place.text)")
    }
  }

  /// Removes one attribute; it need not be there.
  package static func remove(_ name: [UInt8], at place: Place) throws(NativeError) {
    let result = place.call { raw, path in withCPath(name) { imagesmith_remove_xattr(raw, path, $0) } }
    guard result == 0 || errno == ENODATA || errno == EOPNOTSUPP else {
      throw NativeError(failed: "remove \(FileDescriptor.text(name)) from \(place.text)")
    }
  }

  /// Calls for the size, then for the bytes, again if they have grown between the two.
  private static func read(
    _ operation: String, _ call: (UnsafeMutableRawPointer?, Int) -> Int
  ) throws(NativeError) -> [UInt8]? {
    while true {
      let size = call(nil, 0)
      if size == 0 { return [] }
      if size > 0 {
        var buffer = [UInt8](repeating: 0, count: size)
        let count = buffer.withUnsafeMutableBytes { call($0.baseAddress, size) }
        if count >= 0 { return Array(buffer[..<count]) }
      }
      switch errno {
      case ERANGE: continue
      case ENODATA, EOPNOTSUPP, ENOENT: return nil
      default: throw NativeError(failed: operation)
      }
    }
  }
}

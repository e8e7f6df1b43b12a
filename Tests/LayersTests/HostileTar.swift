import Native

/// Bytes of a tar archive whose writer wants no good: any header that a few choices make, right or broken.
struct HostileTar {
  private(set) var bytes: [UInt8] = []
  private var generator: SeededGenerator
  /// The folder that no layer may reach, as it is seen from anywhere.
  private let outside: String

  init(seed: UInt64, outside: String) {
    generator = SeededGenerator(state: seed)
    self.outside = outside
  }

  private var parts: [String] {
    [
      "a", "b", "c", "..", ".", "", "l", "up", ".wh.a", ".wh.b", ".wh..wh..opq", ".wh...", ".wh..", "etc", "file",
      "lower",
    ]
  }

  private mutating func name() -> String {
    // Mostly names that any layer has: a layer ends at the first that is refused.
    if Int.random(in: 0..<4, using: &generator) > 0 {
      let count = Int.random(in: 1...3, using: &generator)
      return (0..<count).map { _ in ["a", "b", "c", "l", "up", "etc"].randomElement(using: &generator) ?? "a" }
        .joined(separator: "/")
    }
    switch Int.random(in: 0..<12, using: &generator) {
    case 0: return outside + "/new"
    case 1: return "/" + outside + "/file"
    case 2: return "../outside/new"
    case 3: return String(repeating: "../", count: Int.random(in: 1...9, using: &generator)) + outside + "/new"
    case 4: return String(repeating: "d/", count: Int.random(in: 1...90, using: &generator)) + "f"
    default:
      let count = Int.random(in: 1...4, using: &generator)
      return (0..<count).map { _ in parts.randomElement(using: &generator) ?? "a" }.joined(separator: "/")
    }
  }

  private mutating func target() -> String {
    let targets = [
      outside, outside + "/file", "..", "../..", "../outside", "../outside/file", "a", "a/b", "l", "/", ".",
      "up/outside",
      "up", "/a/../../outside", "lower/file", "../root/../outside", "/proc/self/root" + outside, "",
    ]
    return Int.random(in: 0..<4, using: &generator) == 0 ? name() : targets.randomElement(using: &generator) ?? "a"
  }

  /// Appends a few members, and ends the archive or does not.
  mutating func fill() {
    for _ in 0..<Int.random(in: 1...10, using: &generator) { addMember() }
    if Int.random(in: 0..<8, using: &generator) > 0 { bytes += [UInt8](repeating: 0, count: 1024) }
  }

  private mutating func addMember() {
    // Files, hardlinks, symlinks, devices, folders, fifos; now and then what no one has defined.
    var types = Array("0000112222255555556".utf8)
    if Int.random(in: 0..<6, using: &generator) == 0 { types = Array("34S7ZgV\0".utf8) }
    let type = types.randomElement(using: &generator) ?? 0x30
    if Int.random(in: 0..<12, using: &generator) == 0 { addPax() }
    if Int.random(in: 0..<16, using: &generator) == 0 { addLongName() }
    let hasData = type == 0x30 && Bool.random(using: &generator)
    let size = hasData ? Int.random(in: 0...1500, using: &generator) : 0
    let claimed = Int.random(in: 0..<60, using: &generator) == 0 ? 1 << Int.random(in: 9...40, using: &generator) : size
    addHeader(name: name(), type: type, link: target(), size: claimed)
    addData([UInt8](repeating: UInt8(ascii: "x"), count: size))
  }

  private mutating func addPax() {
    let values = [
      "path=\(name())", "linkpath=\(target())", "size=\(Int.random(in: -5...9_999_999_999, using: &generator))",
      "uid=-1", "gid=99999999999999999999", "mtime=1e400", "mtime=-9223372036854775809", "SCHILY.xattr.user.x=1",
      "SCHILY.xattr.trusted.overlay.opaque=y", "SCHILY.xattr.trusted.overlay.redirect=/etc",
      "SCHILY.xattr.security.capability=\u{1}", "LIBARCHIVE.xattr.user.%2e=eA==", "GNU.sparse.major=1",
      "GNU.sparse.minor=0", "GNU.sparse.name=\(name())", "GNU.sparse.realsize=99999999999",
      "GNU.sparse.map=0,1,99999999,1", "hdrcharset=BINARY", "path=", "linkpath=", "path=a\0b", "=x", "broken",
    ]
    var body: [UInt8] = []
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let text = " " + (values.randomElement(using: &generator) ?? "") + "\n"
      var length = text.utf8.count + 1
      while String(length).utf8.count + text.utf8.count != length { length += 1 }
      if Int.random(in: 0..<10, using: &generator) == 0 { length += Int.random(in: -9...900, using: &generator) }
      body += Array(String(length).utf8) + Array(text.utf8)
    }
    let isGlobal = Int.random(in: 0..<6, using: &generator) == 0
    addHeader(name: "pax", type: UInt8(ascii: isGlobal ? "g" : "x"), link: "", size: body.count)
    addData(body)
  }

  private mutating func addLongName() {
    let text = Array(Bool.random(using: &generator) ? name().utf8 : target().utf8) + [0]
    addHeader(
      name: "././@LongLink", type: UInt8(ascii: Bool.random(using: &generator) ? "L" : "K"), link: "", size: text.count)
    addData(text)
  }

  private mutating func addData(_ data: [UInt8]) {
    bytes += data + [UInt8](repeating: 0, count: (512 - data.count % 512) % 512)
  }

  private mutating func addHeader(name: String, type: UInt8, link: String, size: Int) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int, limit: Int) {
      for (index, byte) in text.utf8.prefix(limit).enumerated() { header[offset + index] = byte }
    }
    func octal(_ number: Int, digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    put(name, at: 0, limit: 100)
    put(octal(Int.random(in: 0...0o7777, using: &generator), digits: 7), at: 100, limit: 8)
    put(octal(Int.random(in: 0...70_000, using: &generator), digits: 7), at: 108, limit: 8)
    put(octal(0, digits: 7), at: 116, limit: 8)
    put(octal(size, digits: 11), at: 124, limit: 12)
    put(octal(1_000_000_000, digits: 11), at: 136, limit: 12)
    header[156] = type
    put(link, at: 157, limit: 100)
    put(Bool.random(using: &generator) ? "ustar\u{0}00" : "ustar  ", at: 257, limit: 8)
    put(octal(Int.random(in: 0...3, using: &generator), digits: 7), at: 329, limit: 8)
    put(octal(Int.random(in: 0...3, using: &generator), digits: 7), at: 337, limit: 8)
    if Int.random(in: 0..<40, using: &generator) == 0 { put("../outside", at: 345, limit: 155) }
    // A byte anywhere, before the sum is made, so that the header is still taken for one.
    if Int.random(in: 0..<30, using: &generator) == 0 {
      header[Int.random(in: 0..<512, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
    }
    for index in 148..<156 { header[index] = UInt8(ascii: " ") }
    let sum = header.reduce(0) { $0 + Int($1) }
    put(octal(sum, digits: 6) + "\0 ", at: 148, limit: 8)
    bytes += header
  }

  /// Breaks finished bytes: cut short, bits turned, pieces moved.
  mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count > 2 else { return bytes }
    var bytes = bytes
    switch Int.random(in: 0..<3, using: &generator) {
    case 0: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &generator))
    case 1:
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
    default:
      let from = Int.random(in: 0..<bytes.count, using: &generator)
      let piece = bytes[from..<min(from + 700, bytes.count)]
      bytes.insert(contentsOf: piece, at: Int.random(in: bytes.indices, using: &generator))
    }
    return bytes
  }
}

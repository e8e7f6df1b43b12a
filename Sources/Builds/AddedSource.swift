/// What a source of COPY or ADD names.
enum AddedSource: Sendable, Equatable {
  /// A path in the tree that is copied from, with its wildcards.
  case path(String)
  case file(RemoteAddress)
  case repository(GitAddress)

  /// As it stands in the instruction, expanded.
  var text: String {
    switch self {
    case .path(let path): path
    case .file(let address): address.text
    case .repository(let address): address.text
    }
  }

  /// - Parameter isAdd: COPY has paths alone.
  /// - Throws: `BuildError` with code `input` for an address that is none, or that COPY has.
  init(_ text: String, isAdd: Bool) throws(BuildError) {
    if let address = try GitAddress(text) {
      self = .repository(address)
    } else if let address = try RemoteAddress(text) {
      self = .file(address)
    } else {
      self = .path(text)
      return
    }
    guard isAdd else {
      throw BuildError(
        code: .input, message: "COPY does not fetch \(RemoteAddress.redacted(text))", hint: "ADD takes addresses")
    }
  }
}

/// The `http` or `https` address of a file.
struct RemoteAddress: Sendable, Equatable {
  let text: String

  /// Nil for what is no such address.
  ///
  /// - Throws: `BuildError` with code `input` when it names no host.
  init?(_ text: String) throws(BuildError) {
    guard text.hasPrefix("http://") || text.hasPrefix("https://") else { return nil }
    self.text = text
    guard !host.isEmpty, !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else {
      throw BuildError(
        code: .input, message: "\(Self.redacted(text)) is no address", hint: "write https://HOST/PATH, blanks as %20")
    }
  }

  /// Without the port.
  var host: String {
    let rest = text[(text.firstRange(of: "://")?.upperBound ?? text.startIndex)...]
    let authority =
      rest.prefix { !"/?#".contains($0) }.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }) }
    return String(authority.prefix { $0 != ":" })
  }

  /// Whether nobody on the way can change what comes: TLS, or this machine itself.
  var isPrivate: Bool {
    text.hasPrefix("https://") || host == "localhost" || host == "::1"
      || host.wholeMatch(of: /127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}/) != nil
  }

  /// The last part of the path, as BuildKit has it; `__unnamed__` where there is none.
  var fileName: [UInt8] {
    let rest = text[(text.firstRange(of: "://")?.upperBound ?? text.startIndex)...].prefix { !"?#".contains($0) }
    let path = rest.drop { $0 != "/" }
    var bytes: [UInt8] = []
    var input = Array(path.utf8)[...]
    while let byte = input.popFirst() {
      let digits = input.prefix(2)
      if byte == UInt8(ascii: "%"), digits.count == 2,
        let decoded = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
      {
        bytes.append(decoded)
        input = input.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    let name = bytes.split(separator: UInt8(ascii: "/")).last.map(Array.init) ?? []
    let isNone = name.isEmpty || name.contains(0) || name == Array(".".utf8) || name == Array("..".utf8)
    return isNone ? Array("__unnamed__".utf8) : name
  }

  /// An address without the name and password in it, for people.
  static func redacted(_ text: String) -> String {
    text.replacing(/:\/\/[^\/@\s]*@/, with: "://***@")
  }

  /// What `Location` leads to, seen from here.
  func following(_ location: String) throws(BuildError) -> RemoteAddress? {
    if let whole = try RemoteAddress(location) { return whole }
    let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
    let origin = text[..<start] + text[start...].prefix { !"/?#".contains($0) }
    if location.hasPrefix("//") { return try RemoteAddress("\(text[..<start].dropLast(2))\(location)") }
    if location.hasPrefix("/") { return try RemoteAddress(origin + location) }
    let path = text[start...].prefix { !"?#".contains($0) }.drop { $0 != "/" }
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
    return try RemoteAddress(origin + folder + location)
  }
}

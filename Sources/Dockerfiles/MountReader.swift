/// Reads the values of mount options, and remembers which were there.
struct MountReader {
  /// The options that only some kinds have; the others go with all.
  static let kinds: [(option: String, kinds: [Mount.Kind])] = [
    ("from", [.bind, .cache, .tmpfs, .ssh]), ("sharing", [.cache]), ("required", [.secret, .ssh]), ("env", [.secret]),
    ("mode", [.cache, .secret, .ssh]), ("uid", [.cache, .secret, .ssh]), ("gid", [.cache, .secret, .ssh]),
    ("size", [.tmpfs]),
  ]
  private static let names = [
    "type", "from", "source", "src", "target", "dst", "destination", "readonly", "ro", "readwrite", "rw", "id",
    "sharing", "required", "mode", "uid", "gid", "size", "env",
  ]

  let source: SourceText
  private(set) var places: [String: SourceLocation] = [:]
  private(set) var hasAccess = false

  init(source: SourceText) { self.source = source }

  mutating func read(_ option: MountOptions.Option, value: String?) throws(DockerfileError) {
    places[option.key] = option.place
    if ["readonly", "ro", "readwrite", "rw"].contains(option.key) { hasAccess = true }
  }

  func text(_ option: MountOptions.Option, _ value: String?) throws(DockerfileError) -> String? {
    guard let value else {
      throw error(option, "mount option \(option.key) has no value", hint: "write \(option.key)=VALUE")
    }
    return value.isEmpty ? nil : value
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ option: MountOptions.Option, _ value: String?
  ) throws(DockerfileError) -> Choice where Choice.RawValue == String {
    if let choice = value.flatMap({ Choice(rawValue: $0.lowercased()) }) { return choice }
    let all = Choice.allCases.map(\.rawValue)
    throw error(
      option, "mount option \(option.key) cannot be '\(value ?? "")'",
      hint: NearestName.of(value ?? "", among: all).map { "did you mean \($0)?" }
        ?? "it is \(all.joined(separator: " or "))")
  }

  func bool(_ option: MountOptions.Option, _ value: String?) throws(DockerfileError) -> Bool {
    guard let value else { return true }
    if let isTrue = GoBool.parse(value) { return isTrue }
    throw error(
      option, "mount option \(option.key) is true or false, not '\(value)'", hint: "write \(option.key)=true")
  }

  func number(_ option: MountOptions.Option, _ value: String?, radix: Int) throws(DockerfileError) -> UInt32 {
    if let value, let number = UInt32(value, radix: radix), value.first != "+" { return number }
    throw error(
      option, "mount option \(option.key) cannot be '\(value ?? "")'",
      hint: radix == 8 ? "write it in octal, such as \(option.key)=0755" : "write a number, such as \(option.key)=1000")
  }

  func size(_ option: MountOptions.Option, _ value: String?) throws(DockerfileError) -> Int64 {
    if let value, let bytes = ByteSize.parse(value) { return bytes }
    throw error(
      option, "mount option \(option.key) cannot be '\(value ?? "")'", hint: "write it in bytes, or as 64m or 1g")
  }

  func unknown(_ option: MountOptions.Option) -> DockerfileError {
    error(
      option, "there is no mount option '\(option.key)'",
      hint: NearestName.of(option.key, among: Self.names).map { "did you mean \($0)?" }
        ?? "there are \(Self.names.joined(separator: ", "))")
  }

  private func error(_ option: MountOptions.Option, _ reason: String, hint: String) -> DockerfileError {
    source.error(.flag, at: option.place, reason, hint: hint)
  }
}

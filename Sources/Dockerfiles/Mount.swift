/// What `RUN --mount` puts into the root file system for the time of the command, its options expanded and checked.
///
/// Source: Dockerfile reference, "RUN --mount".
package struct Mount: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case bind, cache, tmpfs, secret, ssh
  }

  package enum Sharing: String, Sendable, Hashable, CaseIterable {
    case shared, `private`, locked
  }

  package private(set) var kind = Kind.bind
  /// A path in the root file system, relative to the working directory. Nil when not given, which for a secret means
  /// `/run/secrets/ID` (unless `env` is given), for ssh a socket of the builder's choice, else the working directory.
  package private(set) var target: String?
  /// A path in `from`; for a secret another way to write its id.
  package private(set) var source: String?
  /// A stage by name or number, an image, or a named build context; nil for the build context.
  package private(set) var from: String?
  /// Of a cache (default: the target), a secret (default: the last part of the target) or an ssh agent (`default`).
  package private(set) var id: String?
  /// The environment variable that holds a secret, instead of or besides a file.
  package private(set) var env: String?
  package private(set) var isReadOnly = false
  /// Whether a secret or an agent that is not there is an error.
  package private(set) var isRequired = false
  /// Of a cache used by several builds at once.
  package private(set) var sharing = Sharing.shared
  /// Permission bits; nil for the kind's default: 0755 for a cache, 0400 for a secret, 0600 for ssh.
  package private(set) var mode: UInt32?
  package private(set) var uid: UInt32?
  package private(set) var gid: UInt32?
  /// Bytes that a tmpfs may hold; nil when not limited.
  package private(set) var size: Int64?

  /// Expands the options and checks them.
  ///
  /// - Throws: `.flag` for an option that is unknown, has a wrong value or does not go with the kind; `.expansion`.
  package init(
    _ options: MountOptions, expander: WordExpander, lookup: (String) -> String?
  ) throws(DockerfileError) {
    var reader = MountReader(source: expander.source)
    for option in options.options {
      let value = try option.value.map { word throws(DockerfileError) in try expander.expand(word, lookup: lookup) }
      try reader.read(option, value: value)
      try apply(option, value, &reader)
    }
    if !reader.hasAccess { isReadOnly = kind != .cache && kind != .tmpfs }
    try validate(reader, at: options.word.location)
  }

  private mutating func apply(
    _ option: MountOptions.Option, _ value: String?, _ reader: inout MountReader
  ) throws(DockerfileError) {
    switch option.key {
    case "type": kind = try reader.choice(option, value)
    case "sharing": sharing = try reader.choice(option, value)
    case "from": from = try reader.text(option, value)
    case "source", "src": source = try reader.text(option, value)
    case "target", "dst", "destination": target = try reader.text(option, value)
    case "id": id = try reader.text(option, value)
    case "env": env = try reader.text(option, value)
    case "readonly", "ro": isReadOnly = try reader.bool(option, value)
    case "readwrite", "rw": isReadOnly = try !reader.bool(option, value)
    case "required": isRequired = try reader.bool(option, value)
    case "mode": mode = try reader.number(option, value, radix: 8)
    case "uid": uid = try reader.number(option, value, radix: 10)
    case "gid": gid = try reader.number(option, value, radix: 10)
    case "size": size = try reader.size(option, value)
    default: throw reader.unknown(option)
    }
  }

  /// Checks what depends on several options.
  private func validate(_ reader: MountReader, at location: SourceLocation) throws(DockerfileError) {
    for (option, kinds) in MountReader.kinds {
      if let place = reader.places[option], !kinds.contains(kind) {
        let valid = kinds.map(\.rawValue).joined(separator: ", ")
        throw reader.source.error(
          .flag, at: place, "option \(option) does not go with a mount of type \(kind.rawValue)",
          hint: "it goes with \(valid)")
      }
    }
    if kind == .secret, source == nil, target == nil, id == nil {
      throw reader.source.error(.flag, at: location, "the secret has no id", hint: "write type=secret,id=NAME")
    }
    if kind == .secret, source != nil, id != nil {
      throw reader.source.error(.flag, at: location, "the secret has both a source and an id", hint: "keep the id")
    }
  }
}

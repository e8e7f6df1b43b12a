import FoundationEssentials
import OCI

/// One `--cache-from` or `--cache-to`: where steps of other machines are found, or left for them.
struct CacheOption: Equatable {
  /// Which way it goes: the name of the option.
  enum Direction: String {
    case from = "--cache-from"
    case to = "--cache-to"

    /// The key that names a folder; docker has one for each.
    fileprivate var folderKey: String { self == .from ? "src" : "dest" }
  }

  enum Place: Hashable {
    case registry(Reference)
    /// An OCI image layout, and the tag in it.
    case folder(String, tag: String)
  }

  var place: Place
  /// Whether steps of stages that only lend files go there, too: `mode=max`.
  var hasAllStages = true
  /// Whether the folders of `RUN --mount=type=cache` go there, too: `mounts=true`.
  var hasMounts = false
  /// Whether a build goes on where this fails: `ignore-error=true`.
  var ignoresErrors = true

  /// Parses `type=registry,ref=REF`, `type=local,src=DIR` or `dest=DIR`, or a reference alone, which docker takes for a
  /// registry's.
  ///
  /// - Throws: `Failure` for what is not understood, or what only BuildKit has.
  static func parse(_ text: String, _ direction: Direction) throws -> CacheOption {
    guard text.contains("=") else {
      return CacheOption(place: .registry(try reference(text, of: text, direction)))
    }
    var fields = try self.fields(text, direction)
    let type = fields.removeValue(forKey: "type")
    let place: Place
    switch type {
    case "registry":
      guard let ref = fields.removeValue(forKey: "ref") else { throw misunderstood(text, direction) }
      place = .registry(try reference(ref, of: text, direction))
    case "local":
      guard let folder = fields.removeValue(forKey: direction.folderKey), !folder.isEmpty else {
        throw misunderstood(text, direction)
      }
      let tag = fields.removeValue(forKey: "tag") ?? "latest"
      guard Reference.isTag(tag) else { throw misunderstood(text, direction) }
      place = .folder(URL(filePath: folder).standardized.path, tag: tag)
    default: throw unknownType(type, text, direction)
    }
    var option = CacheOption(place: place)
    if direction == .to { try option.take(&fields, text) }
    // What these ask for is so anyway.
    for key in ["oci-mediatypes", "image-manifest"] where fields[key] == "true" { fields[key] = nil }
    if let (key, value) = fields.min(by: { $0.key < $1.key }) {
      throw Failure(
        .usage, "\(direction.rawValue) \(text): '\(key)=\(value)' is not understood", hint: usage(direction))
    }
    return option
  }

  private static func fields(_ text: String, _ direction: Direction) throws -> [String: String] {
    var fields: [String: String] = [:]
    for field in text.split(separator: ",") {
      let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { throw misunderstood(text, direction) }
      fields[parts[0].lowercased()] = parts[1]
    }
    return fields
  }

  /// What only a `--cache-to` has.
  private mutating func take(_ fields: inout [String: String], _ text: String) throws {
    switch fields.removeValue(forKey: "mode") {
    case nil, "max": hasAllStages = true
    case "min": hasAllStages = false
    default: throw Self.misunderstood(text, .to)
    }
    hasMounts = try Self.flag("mounts", in: &fields, text) ?? false
    ignoresErrors = try Self.flag("ignore-error", in: &fields, text) ?? true
  }

  private static func flag(_ key: String, in fields: inout [String: String], _ text: String) throws -> Bool? {
    guard let value = fields.removeValue(forKey: key) else { return nil }
    guard let flag = ["true": true, "1": true, "false": false, "0": false][value.lowercased()] else {
      throw misunderstood(text, .to)
    }
    return flag
  }

  private static func reference(_ name: String, of text: String, _ direction: Direction) throws -> Reference {
    guard let reference = Reference(name), direction == .from || reference.digest == nil else {
      throw Failure(
        .usage, "\(direction.rawValue) \(text): \(name) is no image reference",
        hint: "write HOST/REPOSITORY:TAG, such as 127.0.0.1:5000/team/cache:main")
    }
    return reference
  }

  private static func unknownType(_ type: String?, _ text: String, _ direction: Direction) -> Failure {
    let hint =
      switch type {
      case "inline": "the cache is an artifact of its own here: type=registry,ref=HOST/REPOSITORY:TAG"
      case "gha", "s3", "azblob": "use a registry, type=registry,ref=REF, or a folder that you keep, type=local"
      default: "the types are registry and local"
      }
    guard let type else { return misunderstood(text, direction) }
    return Failure(.usage, "\(direction.rawValue) \(text): there is no type '\(type)'", hint: hint)
  }

  private static func usage(_ direction: Direction) -> String {
    "write \(direction.rawValue) type=registry,ref=HOST/REPOSITORY:TAG, or type=local,\(direction.folderKey)=DIR"
  }

  private static func misunderstood(_ text: String, _ direction: Direction) -> Failure {
    Failure(.usage, "\(direction.rawValue) \(text) is not understood", hint: usage(direction))
  }
}

import OCI

/// Where an image is, as a person says it on the command line.
package enum ImageLocation: Sendable, Equatable {
  /// A tag of the local store.
  case local(String)
  /// `oci:DIR[:TAG]`
  case layout(directory: String, tag: String?)
  /// `oci-archive:FILE[:TAG]`
  case ociArchive(path: String, tag: String?)
  /// `docker-archive:FILE[:NAME]`
  case dockerArchive(path: String, tag: String?)
  /// `HOST/REPOSITORY[:TAG][@DIGEST]`, or with `docker://` before it.
  case registry(Reference)

  /// - Parameter exists: whether there is a file or folder of that name; of several ways to cut `FILE:TAG` in two, the first
  ///   whose file is there counts.
  /// - Throws: `ImageError.usage`.
  package init(_ text: String, exists: (String) -> Bool) throws(ImageError) {
    for (prefix, make) in Self.transports where text.hasPrefix(prefix) {
      let rest = text.dropFirst(prefix.count)
      let (path, tag) = Self.cut(rest, exists)
      guard !path.isEmpty else {
        throw ImageError(.usage, "\(text) names no file", hint: "write \(prefix)PATH or \(prefix)PATH:TAG")
      }
      self = make(path, tag)
      return
    }
    let isRegistry = text.hasPrefix("docker://")
    if !isRegistry, Reference.isTag(text) {
      self = .local(text)
      return
    }
    do throws(ReferenceError) {
      self = .registry(try Reference(parsing: isRegistry ? String(text.dropFirst(9)) : text))
    } catch {
      throw ImageError(
        .usage, "\(text) is no image: \(error.message)",
        hint: error.hint ?? "write a group, oci:DIR, oci-archive:FILE, docker-archive:FILE or HOST/REPOSITORY:TAG")
    }
  }

  private static let transports: [(String, @Sendable (String, String?) -> ImageLocation)] = [
    ("oci:", { .layout(directory: $0, tag: $1) }),
    ("oci-archive:", { .ociArchive(path: $0, tag: $1) }),
    ("docker-archive:", { .dockerArchive(path: $0, tag: $1) }),
  ]

  private static func cut(_ text: Substring, _ exists: (String) -> Bool) -> (path: String, tag: String?) {
    if exists(String(text)) { return (String(text), nil) }
    let colons = text.indices.filter { text[$0] == ":" }
    guard let colon = colons.first(where: { exists(String(text[..<$0])) }) ?? colons.first else {
      return (String(text), nil)
    }
    let tag = text[text.index(after: colon)...]
    return (String(text[..<colon]), tag.isEmpty ? nil : String(tag))
  }
}

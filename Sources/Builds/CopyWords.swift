import Dockerfiles

/// What COPY has to say, and ADD of local files, which is the same: not yet expanded.
struct CopyWords {
  var sources: CopySources
  var from: Word?
  var chown: Word?
  var chmod: Word?
  var isLinked: Bool
  var keepsParents: Bool
  var exclude: [Word]
  /// Whether addresses and archives mean more than files.
  var isAdd: Bool

  init(_ copy: CopyInstruction) {
    sources = copy.sources
    from = copy.from
    chown = copy.chown
    chmod = copy.chmod
    isLinked = copy.link
    keepsParents = copy.parents
    exclude = copy.exclude
    isAdd = false
  }

  init(_ add: AddInstruction) {
    sources = add.sources
    chown = add.chown
    chmod = add.chmod
    isLinked = add.link
    keepsParents = false
    exclude = add.exclude
    isAdd = true
  }

  /// Refuses what ADD does beyond COPY.
  ///
  /// - Parameter paths: the sources, expanded.
  /// - Throws: `BuildError` with code `unsupported`.
  func requireFiles(_ paths: [String]) throws(BuildError) {
    guard isAdd else { return }
    for path in paths {
      if path.contains("://") || path.hasPrefix("git@") || path.hasSuffix(".git") {
        throw BuildError(
          code: .unsupported, message: "ADD of an address, \(path), is not done by this version",
          hint: "fetch it in a RUN, and check its digest there")
      }
      if path.firstMatch(of: /\.(tar|tgz|tbz2?|txz|tar\.[a-z0-9]+)$/) != nil {
        throw BuildError(
          code: .unsupported, message: "ADD of an archive, \(path), is not done by this version",
          hint: "unpack it by a RUN --mount=type=bind,target=/context")
      }
    }
  }
}

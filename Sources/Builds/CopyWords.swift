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
  /// What ADD has beyond COPY; nil for COPY.
  var added: Added?

  struct Added {
    var checksum: Word?
    var keepsGitFolder: Bool?
    var unpacks: Bool?
  }

  init(_ copy: CopyInstruction) {
    sources = copy.sources
    from = copy.from
    chown = copy.chown
    chmod = copy.chmod
    isLinked = copy.link
    keepsParents = copy.parents
    exclude = copy.exclude
  }

  init(_ add: AddInstruction) {
    sources = add.sources
    chown = add.chown
    chmod = add.chmod
    isLinked = add.link
    keepsParents = false
    exclude = add.exclude
    added = Added(checksum: add.checksum, keepsGitFolder: add.keepGitDirectory, unpacks: add.unpack)
  }
}

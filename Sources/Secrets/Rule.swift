/// What one kind of secret looks like, and how it is told from what looks like it.
package struct Rule: Sendable {
  /// Finds a secret at one of the rule's anchors, which stands at `anchor`; nil for a look-alike. What it may look at is
  /// `ContentScan.behind` bytes before and `ContentScan.ahead` bytes after.
  typealias Match = @Sendable (_ excerpt: Excerpt, _ anchor: Range<Int>) -> Range<Int>?
  /// Finds the secrets of a file that is known by its name, which is whole.
  typealias FileMatch = @Sendable (_ file: Excerpt) -> [Range<Int>]

  /// As the allow list of users.yaml names it: words of small letters, joined by hyphens.
  package let id: String
  /// What it finds, as a message says it: `an AWS secret access key`.
  package let finds: String
  /// How it is told from look-alikes, for people: docs/secrets.md has it.
  package let told: String
  /// What to do about it.
  package let hint: String
  /// Rare words, in small letters and at least four bytes long, one of which is in each such secret or beside it, in
  /// whatever case.
  let anchors: [String]
  let match: Match?
  /// The files that `matchFile` reads.
  let files: FileNames
  let matchFile: FileMatch?
  /// Whether what is in a file of that path has been published by whoever wrote it.
  let isPublished: (@Sendable (_ path: String) -> Bool)?

  init(
    _ id: String, finds: String, told: String, hint: String, anchors: [String] = [], match: Match? = nil,
    files: FileNames = FileNames(), matchFile: FileMatch? = nil,
    isPublished: (@Sendable (_ path: String) -> Bool)? = nil
  ) {
    self.id = id
    self.finds = finds
    self.told = told
    self.hint = hint
    self.anchors = anchors
    self.match = match
    self.files = files
    self.matchFile = matchFile
    self.isPublished = isPublished
  }

  /// A token that begins with one of `prefixes`, and goes on with so many characters of `alphabet`.
  init(
    _ id: String, finds: String, told: String, hint: String, prefixes: [String], alphabet: ByteSet,
    length: ClosedRange<Int>, entropy: Double = 3.5
  ) {
    self.init(id, finds: finds, told: told, hint: hint, anchors: prefixes) { excerpt, anchor in
      guard let range = excerpt.token(at: anchor, alphabet: alphabet, length: length),
        prefixes.contains(excerpt.text(anchor)),
        Plausibility.entropy(excerpt.bytes[anchor.upperBound..<range.upperBound]) >= entropy,
        !Plausibility.isPlaceholder(excerpt.text(range))
      else { return nil }
      return range
    }
  }

  /// Which of its names a file has, wherever it lies.
  package struct FileNames: Sendable {
    /// How the path ends: `/shadow`, `/.aws/credentials`.
    var ends: [String] = []

    func contains(_ path: String) -> Bool { ends.contains { path.hasSuffix($0) } }
  }
}

extension Excerpt {
  /// A token whose fixed beginning is `anchor`; nil where it is a part of something longer, or of another length.
  func token(at anchor: Range<Int>, alphabet: ByteSet, length: ClosedRange<Int>) -> Range<Int>? {
    guard !ByteSet.name.contains(self[anchor.lowerBound - 1]) else { return nil }
    let end = end(of: alphabet, from: anchor.upperBound, limit: length.upperBound + 1)
    return length.contains(end - anchor.upperBound) ? anchor.lowerBound..<end : nil
  }
}

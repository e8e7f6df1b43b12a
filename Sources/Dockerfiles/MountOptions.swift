/// The value of one `RUN --mount` as written: options in a line of CSV, not yet expanded.
package struct MountOptions: Sendable, Hashable {
  /// One option: `key=value`, or `key` alone.
  struct Option: Sendable, Hashable {
    /// In lower case.
    let key: String
    let place: SourceLocation
    let value: Word?
  }

  let options: [Option]
  /// The whole value.
  package let word: Word
  /// A stage by name or number, an image, or a named build context. Never expanded; nil when not given.
  package let from: Word?

  init(_ word: Word, escape: Unicode.Scalar, in source: SourceText) throws(DockerfileError) {
    self.word = word
    let fields = try Self.fields(word, in: source)
    options = fields.map { field in
      let (key, value) = field.split(at: "=").map { ($0, Optional($1)) } ?? (field, nil)
      return Option(key: key.text.lowercased(), place: field.start, value: value.map(Word.init))
    }
    from = options.last { $0.key == "from" }?.value
    if let from, from.hasVariable {
      throw source.error(
        .flag, at: from.location, "from is not expanded, so it cannot have the variable '\(from.text)'",
        hint: "name a stage: FROM \(from.text) AS NAME, and from=NAME")
    }
    // What depends on no variable is known to be right or wrong now.
    if !word.hasVariable {
      let expander = WordExpander(escape: escape, source: source)
      _ = try Mount(self, expander: expander) { _ in nil }
    }
  }

  /// Splits at commas; a field in double quotes may have commas, and `""` for one quote.
  private static func fields(_ word: Word, in source: SourceText) throws(DockerfileError) -> [Fragment] {
    let scalars = Array(word.text.unicodeScalars)
    var fields: [Fragment] = []
    var field = Fragment(emptyAt: word.location)
    var isQuoted = false
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      let place = word.location(at: index)
      if isQuoted, scalar == "\"", index + 1 < scalars.count, scalars[index + 1] == "\"" {
        index += 1
        field.append(scalar, at: place)
      } else if scalar == "\"" {
        guard isQuoted || field.isEmpty else {
          throw source.error(
            .flag, at: place, "a quote in the middle of a mount option", hint: "quote the whole option")
        }
        isQuoted.toggle()
      } else if scalar == ",", !isQuoted {
        fields.append(field)
        field = Fragment(emptyAt: word.location(at: index + 1))
      } else {
        field.append(scalar, at: place)
      }
      index += 1
    }
    if isQuoted {
      throw source.error(.flag, at: word.location, "a quote in --mount is never closed", hint: "close it with \"")
    }
    return fields + [field]
  }
}

/// The flags of one instruction, `--name` or `--name=value`, taken one by one; what nobody takes is an error.
struct FlagReader {
  private struct Flag {
    let name: String
    let place: Fragment
    let value: Fragment?
  }

  private let instruction: String
  private let source: SourceText
  private var flags: [Flag] = []
  private var known: [String] = []

  /// Takes the flags off the front of `arguments`. Quotes and backslashes in them are processed and removed.
  init(_ arguments: inout Fragment, of instruction: String, in source: SourceText) {
    self.instruction = instruction
    self.source = source
    var index = 0
    defer { arguments = arguments.dropFirst(index) }
    while arguments.scalars[index...].starts(with: "--".unicodeScalars) {
      let word = Self.word(of: arguments, at: &index)
      while index < arguments.count, arguments.scalars[index].isSpace { index += 1 }
      if word.text == "--" { return }
      let body = word.dropFirst(2)
      let (name, value) = body.split(at: "=").map { ($0, Optional($1)) } ?? (body, nil)
      flags.append(Flag(name: name.text, place: word, value: value))
    }
  }

  /// The value of a flag that may be given once.
  mutating func word(_ name: String) throws(DockerfileError) -> Word? {
    let all = try words(name)
    if all.count > 1 {
      let second = flags.filter { $0.name == name }[1]
      throw error(second, "flag --\(name) is given twice", hint: "keep one of them")
    }
    return all.first
  }

  /// The values of a flag that may be given several times, in order.
  mutating func words(_ name: String) throws(DockerfileError) -> [Word] {
    known.append(name)
    var words: [Word] = []
    for flag in flags where flag.name == name {
      guard let value = flag.value else {
        throw error(flag, "flag --\(name) has no value", hint: "write --\(name)=VALUE")
      }
      words.append(Word(value))
    }
    return words
  }

  /// A flag that is either there, or `true`, or `false`; nil when it is not there.
  mutating func bool(_ name: String) throws(DockerfileError) -> Bool? {
    known.append(name)
    let given = flags.filter { $0.name == name }
    guard let flag = given.first else { return nil }
    if given.count > 1 { throw error(given[1], "flag --\(name) is given twice", hint: "keep one of them") }
    switch flag.value?.text.lowercased() {
    case nil, "true": return true
    case "false": return false
    case let value?:
      throw error(flag, "flag --\(name) is true or false, not '\(value)'", hint: "write --\(name) or --\(name)=false")
    }
  }

  /// Refuses the flags that no one asked for.
  func finish() throws(DockerfileError) {
    guard let flag = flags.first(where: { !known.contains($0.name) }) else { return }
    let nearest = NearestName.of(flag.name, among: known).map { "did you mean --\($0)?" }
    let all = known.isEmpty ? "it takes no flags" : "it takes \(known.map { "--\($0)" }.joined(separator: ", "))"
    throw error(flag, "\(instruction) has no flag --\(flag.name)", hint: nearest ?? all)
  }

  private func error(_ flag: Flag, _ reason: String, hint: String) -> DockerfileError {
    source.error(.flag, at: flag.place.start, reason, hint: hint)
  }

  /// The word that begins at `index`, without its quotes and escapes; `index` goes behind it.
  private static func word(of text: Fragment, at index: inout Int) -> Fragment {
    var word = Fragment(emptyAt: text.places[index])
    var quote: Unicode.Scalar?
    while index < text.count {
      var scalar = text.scalars[index]
      if quote == nil, scalar.isSpace { break }
      if quote == nil, scalar == "'" || scalar == "\"" {
        quote = scalar
      } else if scalar == quote {
        quote = nil
      } else {
        if scalar == "\\" {
          index += 1
          guard index < text.count else { break }
          scalar = text.scalars[index]
        }
        word.append(scalar, at: text.places[index])
      }
      index += 1
    }
    return word
  }
}

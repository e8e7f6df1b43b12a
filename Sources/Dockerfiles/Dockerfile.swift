/// A parsed Dockerfile.
///
/// Source: Dockerfile reference, https://docs.docker.com/reference/dockerfile/.
package struct Dockerfile: Sendable, Hashable {
  /// The text, for errors that later steps find.
  package let source: SourceText
  package let directives: Directives
  /// The ARG instructions before the first FROM, in order.
  package private(set) var preamble: [Instruction] = []
  /// At least one.
  package private(set) var stages: [Stage] = []
  /// The last line of each instruction that goes on over an empty line.
  let emptyContinuations: [Int]

  /// What the ARG instructions before the first FROM say.
  package var globalArgs: [ArgInstruction] {
    preamble.compactMap { if case .arg(let arg) = $0.kind { arg } else { nil } }
  }

  /// Parses the text of a Dockerfile; `file` is its name in errors.
  ///
  /// - Throws: the first error, in the order of the file.
  package static func parse(_ text: String, file: String = "Dockerfile") throws(DockerfileError) -> Dockerfile {
    try Dockerfile(bytes: text.utf8, file: file)
  }

  /// Parses the bytes of a Dockerfile: UTF-8, with or without a byte order mark, with LF or CR LF.
  package static func parse(
    bytes: some Sequence<UInt8>, file: String = "Dockerfile"
  ) throws(DockerfileError) -> Dockerfile {
    try Dockerfile(bytes: bytes, file: file)
  }

  /// Parses the triggers that ONBUILD left in the configuration of a base image, in order.
  ///
  /// - Throws: also when a trigger is no single instruction, or one that ONBUILD does not allow.
  package static func triggers(_ texts: [String], of image: String) throws(DockerfileError) -> [Instruction] {
    var instructions: [Instruction] = []
    for (index, text) in texts.enumerated() {
      var reader = try LineReader(text.utf8, file: "ONBUILD \(index + 1) of \(image)")
      let start = SourceLocation(line: 1, column: 1)
      guard let line = try reader.nextLine() else {
        throw reader.source.error(at: start, "the trigger is empty", hint: "the base image is wrong")
      }
      guard case .instruction(let instruction) = try next(line, &reader),
        !["MAINTAINER", "ONBUILD"].contains(instruction.name), try reader.nextLine() == nil
      else {
        throw reader.source.error(
          at: start, "the trigger is not one instruction that ONBUILD allows", hint: "the base image is wrong")
      }
      instructions.append(instruction)
    }
    return instructions
  }

  /// Expands words of this file, with its escape character, and places errors in it.
  package var expander: WordExpander { WordExpander(escape: directives.escape, source: source) }

  private enum Item {
    case from(FromInstruction, SourceRange, source: String, comment: String?)
    case instruction(Instruction)
  }

  private init(bytes: some Sequence<UInt8>, file: String) throws(DockerfileError) {
    var reader = try LineReader(bytes, file: file)
    while let line = try reader.nextLine() {
      switch try Self.next(line, &reader) {
      case .from(let from, let range, let source, let comment):
        stages.append(Stage(index: stages.count, from: from, range: range, source: source, comment: comment))
      case .instruction(let instruction):
        if !stages.isEmpty {
          stages[stages.count - 1].append(instruction)
        } else if case .arg = instruction.kind {
          preamble.append(instruction)
        } else {
          throw reader.source.error(
            at: instruction.location, "\(instruction.name) stands before the first FROM",
            hint: "only ARG may; begin with FROM IMAGE, or FROM scratch")
        }
      }
    }
    source = reader.source
    directives = reader.directives
    emptyContinuations = reader.emptyContinuations
    guard !stages.isEmpty else {
      throw source.error(
        at: SourceLocation(line: max(source.lines.count, 1), column: 1), "the file has no FROM",
        hint: "begin with FROM IMAGE, or FROM scratch")
    }
  }

  private static func next(_ line: Fragment, _ reader: inout LineReader) throws(DockerfileError) -> Item {
    let comment = reader.comment
    let (name, statement) = try InstructionParser.parse(line, &reader)
    let endsBelow = reader.lineNumber > line.end.line
    let end =
      endsBelow
      ? SourceLocation(
        line: reader.lineNumber, column: reader.source.lines[reader.lineNumber - 1].unicodeScalars.count + 1)
      : line.end
    let range = SourceRange(start: line.start, end: end)
    switch statement {
    case .from(let from): return .from(from, range, source: line.text, comment: comment)
    case .instruction(let kind):
      return .instruction(Instruction(kind: kind, name: name, range: range, source: line.text, comment: comment))
    }
  }
}

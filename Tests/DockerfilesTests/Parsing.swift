@testable import Dockerfiles

/// The last stage's instructions.
func instructions(_ text: String) throws -> [Instruction] {
  try Dockerfile.parse(text).stages.last?.instructions ?? []
}

/// The one instruction after `FROM scratch`, whose line is the second.
func kind(_ line: String) throws -> Instruction.Kind {
  let all = try instructions("FROM scratch\n" + line)
  guard let first = all.first, all.count == 1 else { throw NotOneInstruction(count: all.count) }
  return first.kind
}

/// The error that parsing ends with; nil when it does not.
func parseError(_ text: String) -> DockerfileError? {
  do throws(DockerfileError) {
    _ = try Dockerfile.parse(text)
    return nil
  } catch {
    return error
  }
}

struct NotOneInstruction: Error {
  let count: Int
}

/// A word of its own, in the first column of the first line.
func word(_ text: String) -> Word { Word(text, at: SourceLocation(line: 1, column: 1)) }

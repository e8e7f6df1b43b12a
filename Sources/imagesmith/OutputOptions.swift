import ArgumentParser
import Native

/// The options that every verb takes.
struct OutputOptions: ParsableArguments {
  @Flag(name: .long, help: "Print results as JSON.")
  var json = false

  @Flag(name: .shortAndLong, help: "Tell nothing but errors.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Tell more.")
  var verbose = false

  func apply() { Console.standard.set(quiet ? .quiet : verbose ? .verbose : .normal) }

  /// Prints one result: a line, or with `--json` an object.
  func print(_ line: String, _ object: [String: String]) throws {
    if json { try StandardStream.output.write(json: object) } else { try StandardStream.output.write(line + "\n") }
  }
}

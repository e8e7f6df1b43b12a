import ArgumentParser
import Foundation

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
    guard json else { return Swift.print(line) }
    let data = try JSONEncoder.sorted.encode(object)
    Swift.print(String(decoding: data, as: UTF8.self))
  }
}

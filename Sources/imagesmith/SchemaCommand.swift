import ArgumentParser
import Native
import Rosters

/// `imagesmith schema`: the JSON Schema of users.yaml.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of users.yaml, by which editors complete and check it.",
    discussion: "Example:  imagesmith schema >docs/users.schema.json")

  mutating func run() throws {
    try StandardStream.output.write(RosterSchema.json)
  }
}

import Foundation
import Testing

@testable import Rosters

@Suite struct SchemaTests {
  @Test func builtInSchemaIsTheOneInDocs() throws {
    let file = Sample.repository.appending(path: "docs/users.schema.json")
    #expect(RosterSchema.json == (try String(contentsOf: file, encoding: .utf8)))
  }

  /// The schema knows exactly the keys that the reader knows.
  @Test func keysAreTheReaders() throws {
    let schema = try JSONDecoder().decode(Schema.self, from: Data(RosterSchema.json.utf8))
    func keys(_ schema: Schema?) -> [String]? { schema?.properties?.keys.sorted() }
    #expect(schema.schema == "http://json-schema.org/draft-07/schema#")
    #expect(keys(schema) == RosterKey.root.sorted())
    for (section, known) in [
      ("aws", RosterKey.aws), ("registry", RosterKey.registry), ("base", RosterKey.base), ("image", RosterKey.image),
    ] {
      #expect(keys(schema.properties?[section]) == known.sorted())
    }
    let definitions = try #require(schema.definitions)
    #expect(keys(definitions["group"]) == RosterKey.group.sorted())
    #expect(keys(definitions["group"]?.properties?["image"]) == RosterKey.groupImage.sorted())
    #expect(keys(definitions["task"]) == RosterKey.task.sorted())
    #expect(keys(definitions["user"]) == RosterKey.user.sorted())
  }

  /// What an independent validator says: both rosters pass, each broken one does not.
  @Test(.enabled(if: Validator.isInstalled, "needs python3 with jsonschema and yaml"))
  func validatorAgrees() throws {
    let repository = try String(contentsOf: Sample.repository.appending(path: "users.yaml"), encoding: .utf8)
    #expect(try Validator.accepts(repository))
    #expect(try Validator.accepts(try Sample.text()))
    for change in [
      Change("  region:", "  regoin:"), Change("uid: 2002", "uid: 12"), Change("project: lab\n", ""),
      Change("compression: zstd", "compression: lz4"), Change("port: 8000", "port: 8001"),
      Change("  bootstrap: debian/trixie", "  bootstrap: debian/trixie\n  image: debian"),
      Change("s3://lake/green/", "lake/green"), Change("  bob:", "  Bob:"), Change("admin: true", "admin: 1"),
      Change("cpu: 1 vCPU", "cpu: one"), Change("groups: [green]}", "groups: []}"),
    ] {
      let text = try change.applied().text
      #expect(try !Validator.accepts(text), "\(change)")
      #expect(!Sample.problems(text).isEmpty, "\(change)")
    }
  }
}

/// As much of JSON Schema as the comparison needs.
private struct Schema: Decodable {
  var schema: String?
  var properties: [String: Schema]?
  var definitions: [String: Schema]?

  enum CodingKeys: String, CodingKey {
    case schema = "$schema"
    case properties, definitions
  }
}

/// Python's jsonschema, where it is installed.
private enum Validator {
  static let isInstalled = (try? run("import jsonschema, yaml", "")) == 0

  static func accepts(_ text: String) throws -> Bool {
    let script = """
      import json, sys, yaml, jsonschema
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft7Validator.check_schema(schema)
      sys.exit(0 if jsonschema.Draft7Validator(schema).is_valid(yaml.safe_load(sys.stdin)) else 3)
      """
    let status = try run(script, text)
    guard status == 0 || status == 3 else { throw Failed(status: status) }
    return status == 0
  }

  private static func run(_ script: String, _ input: String) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script, Sample.repository.appending(path: "docs/users.schema.json").path]
    let pipe = Pipe()
    process.standardInput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try pipe.fileHandleForWriting.close()
    process.waitUntilExit()
    return process.terminationStatus
  }

  struct Failed: Error {
    var status: Int32
  }
}

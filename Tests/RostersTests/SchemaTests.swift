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
      ("aws", RosterKey.aws), ("registry", RosterKey.registry), ("cache", RosterKey.cache), ("base", RosterKey.base),
      ("image", RosterKey.image), ("secrets", RosterKey.secrets),
    ] {
      #expect(keys(schema.properties?[section]) == known.sorted())
    }
    let allowed = schema.properties?["secrets"]?.properties?["allow"]?.items
    #expect(allowed?.properties?.keys.sorted() == RosterKey.allowedSecret.sorted())
    #expect(allowed?.properties?["rule"]?.enumeration == SecretRuleName.all)
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
    let broken = try [
      Change("  region:", "  regoin:"), Change("uid: 2002", "uid: 12"), Change("project: lab\n", ""),
      Change("compression: zstd", "compression: lz4"), Change("port: 8000", "port: 8001"),
      Change("  bootstrap: debian/trixie", "  bootstrap: debian/trixie\n  image: debian"),
      Change("s3://lake/green/", "lake/green"), Change("  bob:", "  Bob:"), Change("admin: true", "admin: 1"),
      Change("aws:\n", "cache: {repository: lab/cache, tag: '{version}'}\naws:\n"),
      Change("aws:\n", "secrets: {allow: [{rule: private-key, path: /a}]}\naws:\n"),
      Change("aws:\n", "cache: {tag: main}\naws:\n"), Change("cpu: 1 vCPU", "cpu: one"),
      Change("groups: [green]}", "groups: []}"),
    ].map { try $0.applied().text }
    let texts = [repository, try Sample.text()] + broken
    #expect(try Validator.verdicts(texts) == [true, true] + broken.map { _ in false })
    #expect(texts.map { Sample.problems($0).isEmpty } == [true, true] + broken.map { _ in false })
  }
}

/// As much of JSON Schema as the comparison needs.
private struct Schema: Decodable {
  var schema: String?
  var properties: [String: Schema]?
  var definitions: [String: Schema]?
  var items: Items?

  struct Items: Decodable {
    var properties: [String: Value]?
  }

  struct Value: Decodable {
    var enumeration: [String]?

    enum CodingKeys: String, CodingKey {
      case enumeration = "enum"
    }
  }

  enum CodingKeys: String, CodingKey {
    case schema = "$schema"
    case properties, definitions, items
  }
}

/// Python's jsonschema, where it is installed.
private enum Validator {
  static let isInstalled = (try? run("import jsonschema, yaml", [])) != nil

  /// Whether each of the texts is valid by the schema.
  static func verdicts(_ texts: [String]) throws -> [Bool] {
    let script = """
      import json, sys, yaml, jsonschema
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft7Validator.check_schema(schema)
      validator = jsonschema.Draft7Validator(schema)
      print(json.dumps([validator.is_valid(yaml.safe_load(text)) for text in json.load(sys.stdin)]))
      """
    return try JSONDecoder().decode([Bool].self, from: run(script, texts))
  }

  private static func run(_ script: String, _ input: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script, Sample.repository.appending(path: "docs/users.schema.json").path]
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = FileHandle.nullDevice
    try process.run()
    try stdin.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(input))
    try stdin.fileHandleForWriting.close()
    let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus) }
    return output
  }

  struct Failed: Error {
    var status: Int32
  }
}

import Dockerfiles
import Native

/// What checking one Dockerfile or more came to, for people and for programs.
struct CheckReport: Encodable {
  /// The names are those of `docker build --call=check,format=json`; `docs/checks.md` explains them.
  struct Warning: Encodable {
    var ruleName: String
    var description: String
    var url: String
    var detail: String
    var location: Location
  }

  struct Location: Encodable {
    struct Range: Encodable {
      struct Position: Encodable { var line: Int }

      var start: Position
      var end: Position
    }

    var sourceIndex: Int
    var ranges: [Range]
  }

  struct Source: Encodable {
    var fileName: String
    var language = "Dockerfile"
  }

  struct BuildError: Encodable {
    var message: String
    var location: Location?
  }

  /// A secret in an image that has been built; never the secret itself.
  struct Secret: Encodable {
    var group: String
    var ruleName: String
    var path: String
    var line: Int?
    var offset: Int?
    var layer: String?
    var step: String?
  }

  private(set) var warnings: [Warning] = []
  private(set) var sources: [Source] = []
  private(set) var buildError: BuildError?
  /// The files that are not what users.yaml says, by path from the project's folder; nil where that was not asked.
  var drift: [String]?
  /// What in the images that are there is a secret; nil where that was not asked.
  private(set) var secrets: [Secret]?
  /// What people read, in the order of the files.
  private(set) var text = ""
  /// What ends a build of a file, the first one.
  private(set) var failure: DockerfileError?

  private enum CodingKeys: CodingKey {
    case warnings, sources, buildError, drift, secrets
  }

  /// Adds the findings of a file, and what would end its build.
  mutating func add(_ dockerfile: Dockerfile, _ inspection: Inspection) {
    let source = sources.count
    sources.append(Source(fileName: dockerfile.source.file))
    for finding in inspection.findings {
      warnings.append(
        Warning(
          ruleName: finding.rule.name, description: finding.rule.description, url: finding.rule.url,
          detail: finding.detail, location: Self.location(source, finding.lines)))
      text += "WARNING: \(finding.description(in: dockerfile.source))\n"
    }
    if let error = inspection.error { add(error, source: source) }
  }

  /// Adds a file that is no Dockerfile.
  mutating func add(_ error: DockerfileError, file: String) {
    sources.append(Source(fileName: file))
    add(error, source: sources.count - 1)
  }

  /// Adds the secrets of a group's image.
  mutating func add(_ leaks: [SecretScan.Leak], group: String) {
    secrets =
      (secrets ?? [])
      + leaks.map { leak in
        Secret(
          group: group, ruleName: leak.finding.rule, path: leak.finding.path, line: leak.finding.line,
          offset: leak.finding.offset, layer: leak.layer.map { "\($0.digest)" }, step: leak.step)
      }
    for leak in leaks { text += "SECRET: in the image of \(group):\n\(SecretScan.text(leak))\n" }
  }

  private mutating func add(_ error: DockerfileError, source: Int) {
    guard failure == nil else { return }
    failure = error
    buildError = BuildError(
      message: error.message, location: error.location.map { Self.location(source, $0.line...$0.line) })
  }

  private static func location(_ source: Int, _ lines: ClosedRange<Int>) -> Location {
    Location(
      sourceIndex: source,
      ranges: [.init(start: .init(line: lines.lowerBound), end: .init(line: lines.upperBound))])
  }

  /// The last line, as Docker has it.
  var summary: String {
    switch warnings.count {
    case 0: "Check complete, no warnings found."
    case 1: "Check complete, 1 warning has been found!"
    case let count: "Check complete, \(count) warnings have been found!"
    }
  }

  /// Prints the report.
  ///
  /// - Throws: the error that would end a build, else `Failure` with code `difference` when there are findings.
  func end(_ output: OutputOptions) throws {
    if output.json {
      try StandardStream.output.write(json: self)
    } else if failure == nil || !warnings.isEmpty {
      try StandardStream.output.write(text + summary + "\n")
    }
    if let failure { throw failure }
    if let drift, !drift.isEmpty {
      throw Failure(.difference, "images/ is not what users.yaml says", hint: "imagesmith generate, and commit images/")
    }
    if let secrets, !secrets.isEmpty {
      throw Failure(
        .difference, "the images have secrets in them, and are not pushed",
        hint: "take them out of where they come from, and build again; docs/secrets.md says how to allow what is none")
    }
    if !warnings.isEmpty { throw Failure(.difference, nil) }
  }
}

/// How a Dockerfile wants to be checked: `# check=skip=A,B;error=true;experimental=C`, or the same as the build argument
/// `BUILDKIT_DOCKERFILE_CHECK`, which takes the directive's place.
///
/// Source: Docker's manual, "Checking your build configuration", https://docs.docker.com/build/checks/.
package struct CheckOptions: Sendable, Hashable {
  /// Which rules are meant.
  enum Rules: Sendable, Hashable {
    case named(Set<String>)
    case all

    func contains(_ rule: CheckRule) -> Bool {
      switch self {
      case .named(let names): names.contains(rule.name)
      case .all: true
      }
    }
  }

  /// The build argument that takes the directive's place.
  package static let argument = "BUILDKIT_DOCKERFILE_CHECK"

  var skipped = Rules.named([])
  var experimental = Rules.named([])
  /// Whether a finding ends a build.
  package private(set) var failsBuild = false

  package init() {}

  /// Reads the options of a file.
  ///
  /// - Parameter argument: the value of the build argument, where it is given.
  /// - Throws: `.syntax` for an option that there is not, at its place in the directive.
  package init(_ dockerfile: Dockerfile, argument: String? = nil) throws(DockerfileError) {
    if let argument {
      let source = SourceText(file: "--build-arg \(Self.argument)", lines: [argument])
      try self.init(Word(argument, at: SourceLocation(line: 1, column: 1)), in: source)
    } else if let directive = dockerfile.directives.check {
      try self.init(directive, in: dockerfile.source)
    } else {
      self.init()
    }
  }

  private init(_ word: Word, in source: SourceText) throws(DockerfileError) {
    self.init()
    var offset = 0
    for option in word.text.split(separator: ";", omittingEmptySubsequences: false) {
      let place = word.location(at: offset)
      offset += option.unicodeScalars.count + 1
      let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.trimmed)
      switch (parts[0], parts.count == 2 ? parts[1] : nil) {
      case ("skip", let names?): skipped = Self.rules(names)
      case ("experimental", let names?): experimental = Self.rules(names)
      case ("error", let value?):
        guard let isTrue = GoBool.parse(value) else {
          throw source.error(at: place, "error is true or false, not '\(value)'", hint: "write error=true")
        }
        failsBuild = isTrue
      case (let name, _):
        if name.isEmpty, parts.count == 1 { continue }
        throw source.error(
          at: place, "'\(Self.trimmed(option))' is no option of a check",
          hint: NearestName.of(name, among: ["skip", "error", "experimental"]).map { "did you mean \($0)=?" }
            ?? "write skip=RULE,RULE;error=true;experimental=RULE")
      }
    }
  }

  /// Whether findings of the rule count. An experimental rule that is asked for counts even where it is skipped.
  func allows(_ rule: CheckRule) -> Bool {
    if rule.isExperimental { return experimental.contains(rule) }
    return !skipped.contains(rule)
  }

  private static func rules(_ names: String) -> Rules {
    names == "all" ? .all : .named(Set(names.split(separator: ",").map(trimmed)))
  }

  private static func trimmed(_ text: Substring) -> String {
    String(Fragment(text.unicodeScalars, line: 1).trimmed().text)
  }
}

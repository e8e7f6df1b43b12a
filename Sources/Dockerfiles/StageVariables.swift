/// What the variables of a stage are at one of its instructions; a stage that begins from another takes a copy.
///
/// ARG and ENV share one table, in which the later counts; only ENV gets into the image.
/// Source: BuildKit's `dispatchArg` and `dispatchEnv`; Dockerfile reference, "Scope" and "Using ARG variables".
package struct StageVariables: Sendable, Hashable {
  /// The environment of the image, as its configuration has it: `NAME=value`, in the order of their first setting.
  package private(set) var environment: [String]
  /// The names that ARG has declared, in order, each once.
  package private(set) var declared: [String] = []
  private var declaredNames: Set<String> = []
  private var values: [String: String] = [:]
  /// Where each name is in `environment`.
  private var indices: [String: Int] = [:]

  /// Begins with the environment of the base image, `NAME=value` each.
  package init(environment: [String] = []) {
    self.environment = environment
    for (index, variable) in environment.enumerated() {
      let (name, value) = Self.split(variable)
      values[name] = value
      if indices[name] == nil { indices[name] = index }
    }
  }

  /// The value for an expansion; nil when not set.
  package subscript(name: String) -> String? { values[name] }

  /// The names that have a value, in any order.
  var names: some Collection<String> { values.keys }

  /// How many names have a value.
  var count: Int { values.count }

  /// Whether ARG has declared the name, with a value or without.
  func isDeclared(_ name: String) -> Bool { declaredNames.contains(name) }

  /// The environment of a RUN: that of the image with the arguments, `NAME=value`, sorted.
  package var runEnvironment: [String] { values.map { "\($0)=\($1)" }.sorted() }

  /// What a history says of the arguments before the command of a RUN: `NAME=value`, in the order of the file.
  package var declaredValues: [String] { declared.map { "\($0)=\(values[$0] ?? "")" } }

  /// Carries out an ARG.
  ///
  /// - Parameter globals: of `StageGraph.globalArguments`.
  /// - Returns: each name, with its value if it has one, as the history has it.
  @discardableResult
  package mutating func declare(
    _ instruction: ArgInstruction, buildArguments: [String: String], globals: [String: String], expander: WordExpander
  ) throws(DockerfileError) -> [String] {
    var history: [String] = []
    for argument in instruction.arguments {
      let name = try expander.expand(argument.name) { values[$0] }
      var value = buildArguments[name]
      if value == nil {
        value =
          try argument.value.map { word throws(DockerfileError) in try expander.expand(word) { values[$0] } }
          ?? globals[name]
      }
      if declaredNames.insert(name).inserted { declared.append(name) }
      if let value { values[name] = value }
      history.append(value.map { "\(name)=\($0)" } ?? name)
    }
    return history
  }

  /// Carries out an ENV. All of its words see the variables before it.
  ///
  /// - Returns: the variables, expanded, `NAME=value` each.
  @discardableResult
  package mutating func set(
    _ instruction: EnvInstruction, expander: WordExpander
  ) throws(DockerfileError) -> [String] {
    var variables: [(name: String, value: String)] = []
    for variable in instruction.variables {
      let name = try expander.expand(variable.key) { values[$0] }
      variables.append((name, try expander.expand(variable.value) { values[$0] }))
    }
    for (name, value) in variables {
      values[name] = value
      if let index = indices[name] {
        environment[index] = "\(name)=\(value)"
      } else {
        indices[name] = environment.count
        environment.append("\(name)=\(value)")
      }
    }
    return variables.map { "\($0.name)=\($0.value)" }
  }

  private static func split(_ variable: String) -> (name: String, value: String) {
    let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts.first ?? ""), parts.count > 1 ? String(parts[1]) : "")
  }
}

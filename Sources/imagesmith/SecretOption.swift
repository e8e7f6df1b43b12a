import Builds
import Glibc

/// The value of `--secret`, as docker has it.
enum SecretOption {
  /// - Throws: `Failure` for a value that names no id, or neither a file nor a variable.
  static func parse(_ text: String) throws -> (String, Secret) {
    var fields: [String: String] = [:]
    for field in text.split(separator: ",") {
      let parts = field.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw usage(text) }
      fields[parts[0]] = parts[1]
    }
    guard let id = fields["id"] else { throw usage(text) }
    let source = fields["src"] ?? fields["source"]
    if let source, fields["type"] != "env" { return (id, .file(source)) }
    let name = fields["env"] ?? source ?? id
    guard let value = Environment.variables[name] else {
      // As docker has it, an id alone may be a file's name.
      if fields.count == 1, access(id, R_OK) == 0 { return (id, .file(id)) }
      throw Failure(.usage, "--secret id=\(id): the variable \(name) is not set", hint: "set it, or give src=FILE")
    }
    return (id, .value(Array(value.utf8)))
  }

  private static func usage(_ text: String) -> Failure {
    Failure(
      .usage, "--secret \(text.prefix { $0 != "=" })… is not understood",
      hint: "write id=ID,src=FILE or id=ID,env=NAME")
  }
}

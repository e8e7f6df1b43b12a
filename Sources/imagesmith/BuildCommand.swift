import ArgumentParser
import Builds

/// `imagesmith build`: images/GROUP to an image in the local store.
struct BuildCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Build the groups' images, without a Docker daemon.",
    discussion: """
      Prints a line for each image: NAME sha256:DIGEST. The images are in .imagesmith/images, an OCI image layout with a \
      tag for each group, which skopeo, podman and umoci read as it is. Steps whose inputs are the same come from the \
      cache, which is at $IMAGESMITH_HOME, else ~/.cache/imagesmith.

      RUN gets the machine's certificates as the secret ca_bundle, and the files that PIP_CONFIG_FILE and APT_CONFIG name \
      as pip_conf and apt_conf; it gets none of the caller's variables.

      Example:  imagesmith build --group pii
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var options: BuildOptions
  @OptionGroup var output: OutputOptions

  mutating func run() async throws {
    output.apply()
    let images = try options.images(of: project.project())
    for group in images.project.groups {
      let result = try await images.build(group)
      try output.print(
        "\(group.name) \(result.manifest.digest)", ["group": group.name, "digest": "\(result.manifest.digest)"])
    }
  }
}

/// The options that `build` and `release` share.
struct BuildOptions: ParsableArguments {
  @Flag(name: .long, help: "Do every step anew.")
  var noCache = false

  @Flag(name: .long, help: "Make or fetch the base anew; what stands on it is built again if it has changed.")
  var pull = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A secret for RUN --mount=type=secret: id=ID,src=FILE or id=ID,env=NAME.", valueName: "secret"))
  var secret: [String] = []

  func images(of project: Project) throws -> GroupImages {
    var images = try GroupImages(project)
    images.usesCache = !noCache
    images.pullsBases = pull
    images.secrets = try Dictionary(secret.map(SecretOption.parse), uniquingKeysWith: { $1 })
    return images
  }
}

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
    if let file = fields["src"] ?? fields["source"] { return (id, .file(file)) }
    let name = fields["env"] ?? id
    guard let value = Environment.variables[name] else {
      throw Failure(.usage, "--secret id=\(id): the variable \(name) is not set", hint: "set it, or give src=FILE")
    }
    return (id, .value(Array(value.utf8)))
  }

  private static func usage(_ text: String) -> Failure {
    Failure(
      .usage, "--secret \(text.prefix { $0 != "=" })… is not understood", hint: "write id=ID,src=FILE or id=ID,env=NAME"
    )
  }
}

import ArgumentParser
import Registries

/// `imagesmith login`: keeps a password for a registry, where docker, podman and skopeo find it too.
struct LoginCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "login",
    abstract: "Log in to a registry.",
    discussion: """
      The password is read from stdin, as an argument is seen by every user of the machine and kept by the shell. It is \
      tried at the registry before it is kept. It goes to the helper that credHelpers or credsStore names, else to a file \
      for its owner alone: the one that has a login of that host, else docker's config.json. REGISTRY_AUTH_FILE and \
      DOCKER_CONFIG choose another. What skopeo, podman and docker have kept needs no login here, and ECR needs none at \
      all where AWS credentials are found.

      Nothing goes to stdout but, with --json, one object: registry, user, keptBy.

      Example:  imagesmith login registry.example -u ann --password-stdin < pw.txt
                pass show hub | imagesmith login docker.io -u ann --password-stdin
      """)

  @Argument(help: ArgumentHelp("The registry; Docker Hub is docker.io.", valueName: "host[:port]"))
  var host: String

  @Option(name: .shortAndLong, help: "The user's name.")
  var username: String

  @Flag(name: .long, help: "Read the password from stdin; a line break at its end is not part of it.")
  var passwordStdin = false

  @OptionGroup var output: OutputOptions

  mutating func validate() throws {
    guard passwordStdin else {
      throw ValidationError("Give the password on stdin: imagesmith login HOST --username U --password-stdin < FILE")
    }
    guard !username.isEmpty, !username.contains(":") else {
      throw ValidationError("--username may neither be empty nor hold a colon.")
    }
  }

  mutating func run() async throws {
    output.apply()
    let host = try RegistryName.parse(host)
    var password = try StandardInput().readAll(limit: 16 << 10)[...]
    while let last = password.last, last == 10 || last == 13 { password = password.dropLast() }
    guard !password.isEmpty, let text = String(validating: password, as: UTF8.self), !text.contains("\0") else {
      throw Failure(.input, "there is no password on stdin", hint: "write --password-stdin < FILE")
    }
    let credentials = Credentials.password(user: username, password: text)
    // Nothing that fails is kept.
    if try await !RegistryAccess.takes(credentials, at: host) {
      Console.standard.warn("\(host) answers whoever asks: the password was not tried")
    }
    let place = try await CredentialFiles(environment: Environment.variables)
      .keep(user: username, password: text, for: host)
    Console.standard.note("logged in to \(host); the password is kept by \(place)")
    if output.json { try output.print("", ["registry": host, "user": username, "keptBy": place]) }
  }
}

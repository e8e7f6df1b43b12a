import ArgumentParser
import Registries

/// `imagesmith logout`: forgets what `login` kept.
struct LogoutCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "logout",
    abstract: "Forget the login of a registry.",
    discussion: """
      It goes from every file and helper in which imagesmith, docker, podman and skopeo look, so that none of them is logged \
      in any more. Logins of single repositories stay. Nothing goes to stdout but, with --json, one object: registry, goneFrom.

      Example:  imagesmith logout registry.example
      """)

  @Argument(help: ArgumentHelp("The registry; Docker Hub is docker.io.", valueName: "host[:port]"))
  var host: String

  @OptionGroup var output: OutputOptions

  mutating func run() async throws {
    output.apply()
    let host = try RegistryName.parse(host)
    let places = try await CredentialFiles(environment: Environment.variables).forget(host)
    Console.standard.note(
      places.isEmpty
        ? "there was no login of \(host)" : "logged out of \(host): gone from \(places.joined(separator: ", "))")
    if output.json { try output.print("", ["registry": host, "goneFrom": places.joined(separator: ",")]) }
  }
}

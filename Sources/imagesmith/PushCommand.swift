import ArgumentParser
import Registries
import Rosters

/// `imagesmith push`: the local store to ECR.
struct PushCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "push",
    abstract: "Push the groups' images to ECR, or to another registry.",
    discussion: """
      Prints a line for each image: HOST/REPOSITORY@sha256:DIGEST. What the registry has already is not sent again; a \
      missing repository is made in ECR. Plain HTTP is spoken to this machine only.

      What fails for a reason that passes is tried again, each blob by itself, and goes on where it broke off; all of it \
      may take two hours, or what IMAGESMITH_REGISTRY_TIMEOUT says, such as 20m.

      With --progress json each line on stderr is an object; of the status transfer are those of a blob: blob is its digest, \
      phase says what happens to it, bytes of size have moved, at rate bytes a second, with left seconds to go.

      Examples:
        imagesmith push --group pii
        imagesmith push --registry 127.0.0.1:5000 --progress plain
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var registry: RegistryOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How the push is shown on stderr: a live display (tty), lines (plain), JSON, or what fits (auto).",
      valueName: "mode"))
  var progress = ProgressMode.auto

  @OptionGroup var output: OutputOptions

  mutating func run() async throws {
    output.apply()
    if progress == .json { Console.standard.speakJSON() }
    let project = try project.project()
    let push = try await GroupPush(project, registry: registry.registry)
    try await push.prepare()
    for group in project.groups {
      let image = try await push.push(group, progress)
      try output.print("\(image)", ["group": group.name, "image": "\(image)", "digest": "\(image.digest)"])
    }
  }
}

struct RegistryOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The registry instead of ECR.", valueName: "host[:port]"))
  var registry: String?
}

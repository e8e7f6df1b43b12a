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

      Example:  imagesmith push --group pii
                imagesmith push --registry 127.0.0.1:5000
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var registry: RegistryOptions
  @OptionGroup var output: OutputOptions

  mutating func run() async throws {
    output.apply()
    let project = try project.project()
    let push = try await GroupPush(project, registry: registry.registry)
    try await push.prepare()
    for group in project.groups {
      let image = try await push.push(group)
      try output.print("\(image)", ["group": group.name, "image": "\(image)", "digest": "\(image.digest)"])
    }
  }
}

struct RegistryOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The registry instead of ECR.", valueName: "host[:port]"))
  var registry: String?
}

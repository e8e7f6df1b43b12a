import ArgumentParser
import Deployments
import OCI
import Registries
import Rosters

/// `imagesmith register`: a pushed image to an ECS task definition.
struct RegisterCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "register",
    abstract: "Register the groups' ECS task definitions, each with its image by digest.",
    discussion: """
      Prints a line for each group: the ARN of the task definition. A definition that says already what it should is left \
      alone. Without --registry the image is looked for where it was pushed last, else in ECR. The password hashes come from the Secrets Manager secret PROJECT/GROUP/shadow when a task starts.

      Example:  imagesmith register --group pii
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var registry: RegistryOptions
  @OptionGroup var output: OutputOptions

  mutating func run() async throws {
    output.apply()
    let project = try project.project()
    let push = try await GroupPush(project, registry: registry.registry ?? GroupPush.lastRegistry(project))
    let registrar = try await Registrar(push.destination.aws)
    for group in project.groups {
      let digest = try push.image(of: group).digest
      let reference = try push.destination.reference(of: group, in: project.roster, digest: digest)
      var pinned = reference
      pinned.tag = nil
      pinned.digest = digest
      guard try await push.destination.client.check(pinned) != nil else {
        throw Failure(
          .unavailable, "\(pinned) has not been pushed", hint: "imagesmith push --group \(group.name)")
      }
      try await Self.register(
        group, as: PushedImage(registry: pinned.registry, repository: pinned.repository, digest: digest), project,
        registrar, output)
    }
  }

  /// Registers one group's definition, and tells what was done.
  static func register(
    _ group: Group, as image: PushedImage, _ project: Project, _ registrar: Registrar, _ output: OutputOptions
  ) async throws {
    let registration = try await registrar.register(group, of: project.roster, image: "\(image)")
    for notice in registration.notices {
      log.notice("\(notice.message)\(notice.hint.map { "\n  hint: \($0)" } ?? "")")
    }
    if !registration.isNew {
      Console.standard.note("\(group.name): the task definition is as it should be")
    } else {
      Console.standard.note("\(group.name): new task definition revision")
      for change in registration.changes { Console.standard.note("  \(change)") }
    }
    try output.print(
      registration.arn,
      ["group": group.name, "taskDefinition": registration.arn, "new": registration.isNew ? "true" : "false"])
  }
}

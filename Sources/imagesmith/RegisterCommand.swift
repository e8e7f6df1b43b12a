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
    var images: [(Group, PushedImage)] = []
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
      images.append((group, PushedImage(registry: pinned.registry, repository: pinned.repository, digest: digest)))
    }
    try await Self.register(images, project, push.destination, output)
  }

  /// Registers the groups' definitions side by side, and tells in their order what was done.
  ///
  /// - Throws: the first group's error that has one; what was registered is told before.
  static func register(
    _ images: [(group: Group, image: PushedImage)], _ project: Project, _ destination: Destination,
    _ output: OutputOptions
  ) async throws {
    let registrar = try await Registrar(destination.aws, account: destination.account)
    let roster = project.roster
    let outcomes = await withTaskGroup(of: (Int, Result<Registration, DeploymentError>).self) { tasks in
      for (index, (group, image)) in images.enumerated() {
        tasks.addTask {
          do throws(DeploymentError) {
            return (index, .success(try await registrar.register(group, of: roster, image: "\(image)")))
          } catch {
            return (index, .failure(error))
          }
        }
      }
      return await tasks.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    var failure: DeploymentError?
    for index in images.indices {
      switch outcomes[index] {
      case .success(let registration): try tell(registration, output)
      case .failure(let error): failure = failure ?? error
      case nil: break
      }
    }
    if let failure { throw failure }
  }

  private static func tell(_ registration: Registration, _ output: OutputOptions) throws {
    for notice in registration.notices {
      log.notice("\(notice.message)\(notice.hint.map { "\n  hint: \($0)" } ?? "")")
    }
    if !registration.isNew {
      Console.standard.note("\(registration.group): the task definition is as it should be")
    } else {
      Console.standard.note("\(registration.group): new task definition revision")
      for change in registration.changes { Console.standard.note("  \(change)") }
    }
    try output.print(
      registration.arn,
      ["group": registration.group, "taskDefinition": registration.arn, "new": registration.isNew ? "true" : "false"])
  }
}

import ArgumentParser
import Deployments
import Registries
import Rosters

/// `imagesmith release`: what CodeBuild runs.
struct ReleaseCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Check images/, build, push and register: the whole way of a commit.",
    discussion: """
      Prints, for each group, the pushed image, and then the ARN of its task definition. Where nothing has changed nothing is \
      uploaded and no revision is made.

      Example:  imagesmith release
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var options: BuildOptions
  @OptionGroup var registry: RegistryOptions
  @OptionGroup var output: OutputOptions

  func prepare() throws { try options.isolation.enterNamespace() }

  mutating func run() async throws {
    output.apply()
    if options.progress == .json { Console.standard.speakJSON() }
    let project = try project.project()
    try GenerateCommand.check(project.groups.map { try project.drift(of: $0) })
    // The registry comes first, as it has what other machines have built.
    let push = try await GroupPush(project, registry: registry.registry)
    try await push.prepare()
    let images = try GroupImages(project, options, SharedCaches(options.caches, project, push.destination))
    for group in project.groups { _ = try await images.build(group) }
    // One after the other, as the second mounts what the first has brought.
    var pushed: [(Group, PushedImage)] = []
    for group in project.groups {
      let remotes = images.store.cache.remotes
      let image = try await push.push(group, options.progress) { !remotes.places(of: $0).isEmpty }
      pushed.append((group, image))
      try output.print("\(image)", ["group": group.name, "image": "\(image)", "digest": "\(image.digest)"])
    }
    let repositories = pushed.map(\.1.repository)
    async let exported: Void = images.exportCaches(mountFrom: repositories)
    try await RegisterCommand.register(pushed, project, push.destination, output)
    try await exported
  }
}

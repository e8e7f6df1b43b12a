import ArgumentParser
import AWS
import Caches
import OCI
import Rosters

extension SharedCaches {
  /// What the options say, else the cache that the roster names, where images are pushed.
  init(_ options: CacheOptions, _ project: Project, _ destination: Destination) throws {
    let cache = project.roster.cache.map { settings in
      RegistryCache(
        Reference(registry: destination.host, repository: settings.repository, tag: settings.tag),
        client: destination.client)
    }
    try self.init(
      options, roster: cache, carriesMounts: project.roster.cache?.mounts ?? false, SecretScan(project))
  }

  /// The same for a build that pushes nothing. Where nobody has said anything of AWS it asks AWS nothing, and a registry that
  /// cannot be found is a warning.
  ///
  /// - Parameter registry: the user's choice; nil is ECR.
  init(_ options: CacheOptions, _ project: Project, registry: String?) async throws {
    let namesAll = !options.cacheFrom.isEmpty && !options.cacheTo.isEmpty
    guard let settings = project.roster.cache, !namesAll, registry != nil || Self.isAWSConfigured else {
      try self.init(options, SecretScan(project))
      return
    }
    do {
      let destination = try await Destination(project, registry: registry)
      try await destination.ensureRepositories([settings.repository])
      try self.init(options, project, destination)
    } catch let error as AWSError {
      Console.standard.warn("the cache of \(project.file) is not used: \(error.message)\(Self.hint(error.hint))")
      try self.init(options, SecretScan(project))
    }
  }

  private static func hint(_ text: String?) -> String { text.map { " (\($0))" } ?? "" }

  private static var isAWSConfigured: Bool {
    (try? AWSEnvironment(variables: Environment.variables))?.isConfigured ?? false
  }
}

/// Where the roster's cache is, for a build that pushes nothing.
struct CacheRegistryOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The registry that has the roster's cache, instead of ECR; of groups.", valueName: "host[:port]"))
  var registry: String?
}

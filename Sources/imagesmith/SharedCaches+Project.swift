import ArgumentParser
import AWS
import Caches
import Rosters

extension SharedCaches {
  /// What the options say, else the cache that the roster names, where images are pushed.
  init(_ options: CacheOptions, _ project: Project, _ destination: Destination) throws {
    let roster = project.roster.cache.map { settings in
      OfRoster(cache: destination.cache(settings), hasMounts: settings.mounts, isForNewOnly: false)
    }
    try self.init(options, roster: roster, SecretScan(project))
  }

  /// The same for a build that pushes nothing. Where nobody has said anything of AWS it asks AWS nothing, and a registry that
  /// cannot be found is a warning.
  ///
  /// - Parameter registry: the user's choice; nil is ECR.
  init(_ options: CacheOptions, _ project: Project, registry: String?) throws {
    if let registry { try Destination.check(registry) }
    let settings = registry != nil || Self.isAWSConfigured ? project.roster.cache : nil
    let roster = settings.map { settings in
      OfRoster(
        cache: RosterCache(settings, of: project, registry: registry), hasMounts: settings.mounts, isForNewOnly: true)
    }
    try self.init(options, roster: roster, SecretScan(project))
  }

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

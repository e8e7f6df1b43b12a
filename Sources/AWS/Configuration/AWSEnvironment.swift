/// What variables, shared files and the caller say about AWS: who calls, in which region, at which addresses.
///
/// It is the door to this target: make one, then a client for each service.
///
///     let aws = try AWSEnvironment(variables: environment, region: roster.aws.region)
///     let token = try await ECR(aws.client(for: .ecr)).authorization()
package struct AWSEnvironment: Sendable {
  package let credentials: CredentialStore
  private let settings: Settings
  private let effects: Effects

  /// - Parameters:
  ///   - variables: the process's environment, as it is.
  ///   - region: beats every other source.
  ///   - profile: what the user named in this call; it also makes the keys in the environment of no account.
  ///   - effects: nil for the machine itself, with the CA bundle that variables or profile name.
  /// - Throws: `AWSError.configuration` for a shared file that cannot be read, or a profile that nobody defines.
  package init(
    variables: [String: String], region: String? = nil, profile: String? = nil, effects: Effects? = nil
  ) throws(AWSError) {
    // The files come first: one of them may name the CA bundle that the network needs.
    let reader = effects ?? Effects.system(variables: variables, caBundle: nil)
    let config = try SharedConfig(variables: variables, readFile: reader.readFile)
    settings = try Settings(variables: variables, config: config, profile: profile, region: region)
    self.effects = effects ?? Effects.system(variables: variables, caBundle: settings["ca_bundle"])
    credentials = CredentialStore(CredentialChain(settings, self.effects), now: self.effects.now)
  }

  /// Nil when nobody says which.
  package var region: String? { settings.region }

  /// The profile in force; `default` where nobody named one.
  package var profileName: String { settings.profileName }

  /// Whether variables or files say who calls. Nobody is asked: the role of a virtual machine does not show.
  package var isConfigured: Bool { settings.isConfigured }

  /// A client for a service.
  ///
  /// - Throws: `AWSError.configuration` when no region is known, or a setting is wrong.
  package func client(for service: Service) throws(AWSError) -> AWSClient {
    AWSClient(
      service: service, endpoint: try endpoint(of: service), credentials: credentials,
      retry: try settings.retryPolicy(), effects: effects)
  }

  /// Where `service` is: what variables and profile configure, else its own address in the region.
  ///
  /// - Throws: `AWSError.configuration`.
  package func endpoint(of service: Service) throws(AWSError) -> Endpoint {
    try settings.endpoint(of: service, orIn: service.onlyRegion)
  }

  /// The region, which nearly everything needs.
  ///
  /// - Throws: `AWSError.configuration` when nobody says which, or it is no region's name.
  package func requiredRegion() throws(AWSError) -> String { try settings.requiredRegion() }

  /// The partition of the region.
  package func partition() throws(AWSError) -> Partition { Partition(region: try requiredRegion()) }
}

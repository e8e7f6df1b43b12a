/// Asks one provider after the other, in the AWS CLI's order. The first that is set up decides.
///
/// Source: AWS CLI User Guide, "Configuration settings and precedence"; botocore's `create_credential_resolver`.
struct CredentialChain: Sendable {
  private let providers: [any CredentialProvider]

  /// The whole chain.
  init(_ settings: Settings, _ effects: Effects) {
    let environment: [any CredentialProvider] =
      settings.isProfileExplicit ? [] : [EnvironmentCredentials(variables: settings.variables)]
    let role = RoleCredentials(profile: settings.profile, settings: settings, effects: effects)
    providers =
      environment + [role]
      + Self.ofProfile(
        settings.profile, usesVariables: !settings.isProfileExplicit, settings, effects) + [
        ContainerCredentials(variables: settings.variables, effects: effects),
        InstanceCredentials(variables: settings.variables, effects: effects),
      ]
  }

  /// What one profile alone has, its role not assumed: the keys with which another profile's role is assumed.
  init(profile: SharedConfig.Profile, _ settings: Settings, _ effects: Effects) {
    providers = Self.ofProfile(profile, usesVariables: false, settings, effects)
  }

  private static func ofProfile(
    _ profile: SharedConfig.Profile, usesVariables: Bool, _ settings: Settings, _ effects: Effects
  ) -> [any CredentialProvider] {
    [
      WebIdentityCredentials(profile: profile, usesVariables: usesVariables, settings: settings, effects: effects),
      SSOCredentials(profile: profile),
      FileCredentials(
        values: profile.credentialsFile, profileName: profile.name, path: settings.config.credentialsPath),
      ProcessCredentials(profile: profile, effects: effects),
      FileCredentials(values: profile.configFile, profileName: profile.name, path: settings.config.configPath),
    ]
  }

  /// The credentials of the first provider that is set up; nil when none is.
  func first() async throws(AWSError) -> Credentials? {
    for provider in providers {
      if let credentials = try await provider.credentials() { return credentials }
    }
    return nil
  }

  /// - Throws: `AWSError.noCredentials`, with what was tried as the hint; or what the provider in charge failed with.
  func credentials() async throws(AWSError) -> Credentials {
    if let found = try await first() { return found }
    throw AWSError(
      code: .noCredentials, message: "no AWS credentials were found",
      hint: "Run 'aws configure' or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Tried: "
        + providers.map(\.name).joined(separator: "; ") + ".")
  }
}

/// Asks one provider after the other, in the AWS CLI's order. The first that is set up decides.
///
/// Source: AWS CLI User Guide, "Configuration settings and precedence"; botocore's `create_credential_resolver`.
struct CredentialChain: Sendable {
  private let providers: [any CredentialProvider]

  init(
    variables: [String: String], config: SharedConfig, profileName: String, isProfileExplicit: Bool, region: String?,
    effects: Effects
  ) {
    let profile = config.profiles[profileName] ?? SharedConfig.Profile(name: profileName)
    var providers: [any CredentialProvider] = []
    if !isProfileExplicit { providers.append(EnvironmentCredentials(variables: variables)) }
    providers += [
      RoleCredentials(profile: profile),
      WebIdentityCredentials(
        variables: variables, profile: profile, isProfileExplicit: isProfileExplicit, region: region,
        effects: effects),
      SSOCredentials(profile: profile),
      FileCredentials(values: profile.credentialsFile, profileName: profileName, path: config.credentialsPath),
      ProcessCredentials(profile: profile, effects: effects),
      FileCredentials(values: profile.configFile, profileName: profileName, path: config.configPath),
      ContainerCredentials(variables: variables, effects: effects),
      InstanceCredentials(variables: variables, effects: effects),
    ]
    self.providers = providers
  }

  /// - Throws: `AWSError.noCredentials`, with what was tried as the hint; or what the provider in charge failed with.
  func credentials() async throws(AWSError) -> Credentials {
    for provider in providers {
      if let credentials = try await provider.credentials() { return credentials }
    }
    throw AWSError(
      code: .noCredentials, message: "no AWS credentials were found",
      hint: "Run 'aws configure' or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Tried: "
        + providers.map(\.name).joined(separator: "; ") + ".")
  }
}

/// What variables, shared files and the caller say about AWS: who calls, in which region, at which addresses.
///
/// It is the door to this target: make one, then a client for each service.
///
///     let aws = try AWSEnvironment(variables: environment, region: roster.aws.region)
///     let token = try await ECR(aws.client(for: .ecr)).authorization()
package struct AWSEnvironment: Sendable {
  package let variables: [String: String]
  package let config: SharedConfig
  /// The profile in force; `default` where nobody named one.
  package let profileName: String
  /// Nil when nobody says which.
  package let region: String?
  package let credentials: CredentialStore
  let effects: Effects

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
    config = try SharedConfig(variables: variables, readFile: reader.readFile)
    let set = variables.filter { !$0.value.isEmpty }
    self.variables = variables
    let named = profile ?? set["AWS_PROFILE"] ?? set["AWS_DEFAULT_PROFILE"]
    profileName = named ?? "default"
    let values = config.profiles[profileName]?.values ?? [:]
    if let named, named != "default", config.profiles[named] == nil {
      throw AWSError(
        code: .configuration,
        message: "the profile '\(named)' is in neither \(config.configPath) nor "
          + config.credentialsPath,
        hint: config.profiles.isEmpty
          ? "Make it with 'aws configure --profile \(named)'."
          : "Profiles there: \(config.profiles.keys.sorted().joined(separator: ", ")).")
    }
    self.region = region ?? set["AWS_REGION"] ?? set["AWS_DEFAULT_REGION"] ?? values["region"]
    let bundle = set["AWS_CA_BUNDLE"] ?? values["ca_bundle"]
    self.effects = effects ?? Effects.system(variables: variables, caBundle: bundle)
    credentials = CredentialStore(
      CredentialChain(
        variables: variables, config: config, profileName: profileName, isProfileExplicit: profile != nil,
        region: self.region, effects: self.effects),
      now: self.effects.now)
  }

  /// A client for a service.
  ///
  /// - Throws: `AWSError.configuration` when no region is known, or a setting is wrong.
  package func client(for service: Service) throws(AWSError) -> AWSClient {
    AWSClient(
      service: service, endpoint: try endpoint(of: service), credentials: credentials, retry: try retryPolicy(),
      effects: effects)
  }

  /// Where `service` is: what variables and profile configure, else its own address in the region.
  ///
  /// Order: `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, the profile's `services` section, the profile's
  /// `endpoint_url`. Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints"; botocore's order.
  package func endpoint(of service: Service) throws(AWSError) -> Endpoint {
    let standard = Endpoint(of: service, region: try requiredRegion(), usesFIPS: flag("use_fips_endpoint"))
    guard var url = configuredURL(of: service) else { return standard }
    guard (try? RequestTarget(url)) != nil else {
      throw AWSError(
        code: .configuration,
        message: "the configured address of \(service.name), '\(url)', is not one of http or https",
        hint:
          "Correct AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_\(service.identifier.uppercased()), or endpoint_url in the profile "
          + "'\(profileName)'.")
    }
    while url.hasSuffix("/") { url.removeLast() }
    return Endpoint(url: url, signingRegion: standard.signingRegion)
  }

  /// The region, which nearly everything needs.
  package func requiredRegion() throws(AWSError) -> String {
    guard let region else {
      throw AWSError(
        code: .configuration, message: "no AWS region is given",
        hint: "Write 'aws: {region: us-east-1}' in users.yaml, set AWS_REGION, or 'region' in the profile "
          + "'\(profileName)' of \(config.configPath).")
    }
    let isName = region.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    guard isName, !region.isEmpty else {
      throw AWSError(
        code: .configuration, message: "'\(region)' is not the name of an AWS region",
        hint: "Regions are written as us-east-1.")
    }
    return region
  }

  /// The partition of the region.
  package func partition() throws(AWSError) -> Partition { Partition(region: try requiredRegion()) }

  private func configuredURL(of service: Service) -> String? {
    guard !flag("ignore_configured_endpoint_urls") else { return nil }
    let values = config.profiles[profileName]?.values ?? [:]
    let ofService = values["services"].flatMap { config.services[$0]?[service.identifier]?["endpoint_url"] }
    let candidates = [
      variables["AWS_ENDPOINT_URL_\(service.identifier.uppercased())"], variables["AWS_ENDPOINT_URL"], ofService,
      values["endpoint_url"],
    ]
    return candidates.compactMap { $0 }.first { !$0.isEmpty }
  }

  private func setting(_ key: String) -> String? {
    if let value = variables["AWS_\(key.uppercased())"], !value.isEmpty { return value }
    return config.profiles[profileName]?.values[key]
  }

  private func flag(_ key: String) -> Bool { setting(key)?.lowercased() == "true" }

  private func retryPolicy() throws(AWSError) -> RetryPolicy {
    guard let text = setting("max_attempts") else { return RetryPolicy() }
    guard let attempts = Int(text), attempts > 0 else {
      throw AWSError(
        code: .configuration, message: "AWS_MAX_ATTEMPTS is '\(text)', which is not a number above 0",
        hint: "Leave it unset for 3 attempts.")
    }
    return RetryPolicy(attempts: attempts)
  }
}

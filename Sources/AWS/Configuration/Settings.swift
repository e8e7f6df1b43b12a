/// What the variables and one profile say: region, addresses, retries.
struct Settings: Sendable {
  let variables: [String: String]
  let config: SharedConfig
  /// `default` where nobody named one.
  let profileName: String
  /// Whether the user named the profile in this call: then the keys in the environment are of no account.
  let isProfileExplicit: Bool
  /// Nil when nobody says which.
  let region: String?

  /// The profile in force; without a key where nobody wrote it.
  var profile: SharedConfig.Profile { config.profiles[profileName] ?? SharedConfig.Profile(name: profileName) }

  /// Whether anything says who calls.
  var isConfigured: Bool {
    let keys = [
      "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
      "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ]
    return !config.profiles.isEmpty || keys.contains { !variables[$0, default: ""].isEmpty }
  }

  /// - Throws: `AWSError.configuration` for a profile that nobody defines.
  init(variables: [String: String], config: SharedConfig, profile: String?, region: String?) throws(AWSError) {
    let set = variables.filter { !$0.value.isEmpty }
    let named = profile ?? set["AWS_PROFILE"] ?? set["AWS_DEFAULT_PROFILE"]
    if let named, named != "default", config.profiles[named] == nil {
      throw AWSError(
        code: .configuration,
        message: "the profile '\(named)' is in neither \(config.configPath) nor \(config.credentialsPath)",
        hint: config.profiles.isEmpty
          ? "Make it with 'aws configure --profile \(named)'."
          : "Profiles there: \(config.profiles.keys.sorted().joined(separator: ", ")).")
    }
    self.variables = variables
    self.config = config
    profileName = named ?? "default"
    isProfileExplicit = profile != nil
    let ofProfile = config.profiles[profileName]?.values["region"]
    self.region = region ?? set["AWS_REGION"] ?? set["AWS_DEFAULT_REGION"] ?? ofProfile
  }

  /// A variable, or the profile's key of that name: `AWS_CA_BUNDLE` and `ca_bundle`.
  subscript(key: String) -> String? {
    if let value = variables["AWS_\(key.uppercased())"], !value.isEmpty { return value }
    return profile.values[key]
  }

  /// Where `service` is: what variables and profile configure, else its own address in the region.
  ///
  /// Order: `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, the profile's `services` section, the profile's
  /// `endpoint_url`. Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints"; botocore's order.
  ///
  /// - Parameter fallback: the region where nobody says which; nil makes that an error.
  func endpoint(of service: Service, orIn fallback: String? = nil) throws(AWSError) -> Endpoint {
    let place: String
    if region == nil, let fallback { place = fallback } else { place = try requiredRegion() }
    let standard = Endpoint(of: service, region: place, usesFIPS: flag("use_fips_endpoint"))
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
  func requiredRegion() throws(AWSError) -> String {
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

  private func configuredURL(of service: Service) -> String? {
    guard !flag("ignore_configured_endpoint_urls") else { return nil }
    let values = profile.values
    let ofService = values["services"].flatMap { config.services[$0]?[service.identifier]?["endpoint_url"] }
    let candidates = [
      variables["AWS_ENDPOINT_URL_\(service.identifier.uppercased())"], variables["AWS_ENDPOINT_URL"], ofService,
      values["endpoint_url"],
    ]
    return candidates.compactMap { $0 }.first { !$0.isEmpty }
  }

  private func flag(_ key: String) -> Bool { self[key]?.lowercased() == "true" }

  /// - Throws: `AWSError.configuration` for a number of attempts that is none.
  func retryPolicy() throws(AWSError) -> RetryPolicy {
    guard let text = self["max_attempts"] else { return RetryPolicy() }
    guard let attempts = Int(text), attempts > 0 else {
      throw AWSError(
        code: .configuration, message: "AWS_MAX_ATTEMPTS is '\(text)', which is not a number above 0",
        hint: "Leave it unset for 3 attempts.")
    }
    return RetryPolicy(attempts: attempts)
  }
}

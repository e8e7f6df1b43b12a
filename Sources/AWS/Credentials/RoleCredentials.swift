/// A profile with `role_arn` and `source_profile` or `credential_source`: a role that other credentials assume.
///
/// Source: AWS SDKs and Tools Reference Guide, "Assume role credential provider"; botocore's `AssumeRoleProvider`.
struct RoleCredentials: CredentialProvider {
  let profile: SharedConfig.Profile
  let settings: Settings
  let effects: Effects
  /// The profiles that led here, to notice a circle.
  var path: [String] = []

  var name: String { "a role to assume in profile '\(profile.name)'" }

  func credentials() async throws(AWSError) -> Credentials? {
    guard let role = profile.values["role_arn"], profile.values["web_identity_token_file"] == nil else { return nil }
    if let device = profile.values["mfa_serial"] {
      throw failure(
        "the role needs the code of the MFA device \(device), and imagesmith does not ask for codes",
        hint: "Hand the role's keys over: eval \"$(aws configure export-credentials --profile \(profile.name) "
          + "--format env)\"")
    }
    let source = try await sourceCredentials()
    let client = AWSClient(
      service: .sts, endpoint: try settings.endpoint(of: .sts, orIn: "us-east-1"),
      credentials: CredentialStore(fixed: source, now: effects.now), retry: try settings.retryPolicy(),
      effects: effects)
    do throws(AWSError) {
      return try await STS(client).assumeRole(
        role, sessionName: profile.values["role_session_name"] ?? "imagesmith-\(effects.now().seconds)",
        externalID: profile.values["external_id"], seconds: profile.values["duration_seconds"])
    } catch {
      var error = error
      error.message = "\(name): \(error.message)"
      throw error
    }
  }

  private func sourceCredentials() async throws(AWSError) -> Credentials {
    let source = profile.values["source_profile"]
    let place = profile.values["credential_source"]
    if source != nil, place != nil { throw failure("source_profile and credential_source exclude each other") }
    if let source { return try await credentials(ofProfile: source) }
    let variables = settings.variables
    let found: Credentials?
    switch place {
    case "Environment": found = try EnvironmentCredentials(variables: variables).credentials()
    case "EcsContainer": found = try await ContainerCredentials(variables: variables, effects: effects).credentials()
    case "Ec2InstanceMetadata":
      found = try await InstanceCredentials(variables: variables, effects: effects).credentials()
    case nil: throw failure("there is role_arn, and neither source_profile nor credential_source")
    case let other?:
      throw failure(
        "credential_source is '\(other)'", hint: "Known are Environment, EcsContainer and Ec2InstanceMetadata.")
    }
    guard let found else { throw failure("the place that credential_source names has no credentials") }
    return found
  }

  /// The keys in that profile, else what its own role gives.
  private func credentials(ofProfile source: String) async throws(AWSError) -> Credentials {
    guard let next = settings.config.profiles[source] else {
      throw failure("its source_profile '\(source)' is in no file")
    }
    let hasKeys = next.values["aws_access_key_id"] != nil
    if next.values["role_arn"] != nil, next.values["web_identity_token_file"] == nil, !hasKeys {
      let path = path + [profile.name]
      guard !path.contains(source) else {
        throw failure("source_profile goes in a circle: \((path + [source]).joined(separator: " -> "))")
      }
      let role = RoleCredentials(profile: next, settings: settings, effects: effects, path: path)
      if let found = try await role.credentials() { return found }
    }
    guard let found = try await CredentialChain(profile: next, settings, effects).first() else {
      throw failure("its source_profile '\(source)' has no credentials")
    }
    return found
  }

  private func failure(_ reason: String, hint: String = "Correct the profile in ~/.aws/config.") -> AWSError {
    AWSError(code: .noCredentials, message: "\(name): \(reason)", hint: hint)
  }
}

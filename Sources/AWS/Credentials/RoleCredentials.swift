/// A profile with `role_arn` and `source_profile` or `credential_source`: a role that other credentials assume.
///
/// Not yet followed. It is refused, because to go on to the next place would call AWS as somebody else than the profile
/// says.
struct RoleCredentials: CredentialProvider {
  let profile: SharedConfig.Profile

  var name: String { "a role to assume in profile '\(profile.name)'" }

  func credentials() throws(AWSError) -> Credentials? {
    guard profile.values["role_arn"] != nil, profile.values["web_identity_token_file"] == nil else { return nil }
    throw AWSError(
      code: .noCredentials, message: "profile '\(profile.name)' assumes a role, which imagesmith cannot do yet",
      hint: "Hand the role's keys over: eval \"$(aws configure export-credentials --profile \(profile.name) "
        + "--format env)\"")
  }
}

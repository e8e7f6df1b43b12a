/// A profile with `sso_session` or `sso_start_url`: keys for a person who signed in with `aws sso login`.
///
/// Not yet followed. It is refused, because to go on to the next place would call AWS as somebody else than the profile
/// says.
struct SSOCredentials: CredentialProvider {
  let profile: SharedConfig.Profile

  var name: String { "IAM Identity Center in profile '\(profile.name)'" }

  func credentials() throws(AWSError) -> Credentials? {
    guard profile.values["sso_session"] != nil || profile.values["sso_start_url"] != nil else { return nil }
    throw AWSError(
      code: .noCredentials,
      message: "profile '\(profile.name)' signs in by IAM Identity Center, which imagesmith cannot do yet",
      hint: "Hand the keys over: aws sso login --profile \(profile.name), then "
        + "eval \"$(aws configure export-credentials --profile \(profile.name) --format env)\"")
  }
}

import Native

/// A role that an OpenID Connect token assumes: EKS, GitHub Actions and other CI systems hand out such tokens.
///
/// Source: AWS STS API Reference, `AssumeRoleWithWebIdentity`. The call is not signed: the token is the proof.
struct WebIdentityCredentials: CredentialProvider {
  let profile: SharedConfig.Profile
  /// Whether the variables count: not for a profile that was named in the call, or that another profile builds on.
  let usesVariables: Bool
  let settings: Settings
  let effects: Effects

  var name: String { "web identity (AWS_WEB_IDENTITY_TOKEN_FILE)" }

  func credentials() async throws(AWSError) -> Credentials? {
    guard let path = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file") else { return nil }
    guard let role = setting("AWS_ROLE_ARN", "role_arn") else {
      throw failure("AWS_WEB_IDENTITY_TOKEN_FILE is set, and AWS_ROLE_ARN is not", hint: "Set both.")
    }
    guard let token = effects.readFile(path) else { throw failure("the token file \(path) cannot be read") }
    let session = setting("AWS_ROLE_SESSION_NAME", "role_session_name") ?? "imagesmith-\(effects.now().seconds)"
    let form = PercentEncoding.form([
      ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role),
      ("RoleSessionName", session), ("WebIdentityToken", token),
    ])
    let request = HTTPRequest(
      "POST", try settings.endpoint(of: .sts, orIn: "us-east-1").url + "/",
      headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"],
      body: .bytes(Array(form.utf8)))
    let response: HTTPResponse
    do { response = try await effects.send(request) } catch { throw failure("\(error)") }
    let answer = XMLText(response.body)
    guard response.isSuccess, let key = answer["AccessKeyId"], let secret = answer["SecretAccessKey"] else {
      let reason = [answer["Code"], answer["Message"]].compactMap { $0 }.joined(separator: ": ")
      throw failure(reason.isEmpty ? "STS answered with \(response.status) and no keys" : reason)
    }
    return Credentials(
      accessKeyID: key, secretAccessKey: secret, sessionToken: answer["SessionToken"],
      expiration: answer["Expiration"].flatMap { Timestamp(iso: $0) }, source: "web identity, role \(role)")
  }

  private func setting(_ variable: String, _ key: String) -> String? {
    if usesVariables, let value = settings.variables[variable], !value.isEmpty { return value }
    return profile.values[key]
  }

  private func failure(_ reason: String, hint: String = "Is the token still valid, and does the role trust its issuer?")
    -> AWSError
  {
    AWSError(code: .noCredentials, message: "web identity: \(reason)", hint: hint)
  }
}

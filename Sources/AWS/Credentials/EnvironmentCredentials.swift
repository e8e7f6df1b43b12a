/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
struct EnvironmentCredentials: CredentialProvider {
  let variables: [String: String]

  var name: String { "the environment (AWS_ACCESS_KEY_ID)" }

  func credentials() throws(AWSError) -> Credentials? {
    let set = variables.filter { !$0.value.isEmpty }
    guard let key = set["AWS_ACCESS_KEY_ID"] else { return nil }
    guard let secret = set["AWS_SECRET_ACCESS_KEY"] else {
      throw AWSError(
        code: .noCredentials, message: "AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not",
        hint: "Set both, or neither.")
    }
    return Credentials(
      accessKeyID: key, secretAccessKey: secret,
      sessionToken: set["AWS_SECURITY_TOKEN"] ?? set["AWS_SESSION_TOKEN"],
      expiration: set["AWS_CREDENTIAL_EXPIRATION"].flatMap { Timestamp(iso: $0) },
      source: "the environment (AWS_ACCESS_KEY_ID)")
  }
}

/// Keys written into a profile of the shared credentials file, or of the config file.
struct FileCredentials: CredentialProvider {
  /// The keys of the profile's section in that one file.
  let values: [String: String]
  let profileName: String
  let path: String

  var name: String { "profile '\(profileName)' in \(path)" }

  func credentials() throws(AWSError) -> Credentials? {
    guard let key = values["aws_access_key_id"] else { return nil }
    guard let secret = values["aws_secret_access_key"] else {
      throw AWSError(
        code: .noCredentials,
        message: "profile '\(profileName)' in \(path) has aws_access_key_id without aws_secret_access_key",
        hint: "Write both, or neither.")
    }
    return Credentials(
      accessKeyID: key, secretAccessKey: secret,
      sessionToken: values["aws_security_token"] ?? values["aws_session_token"], source: name)
  }
}

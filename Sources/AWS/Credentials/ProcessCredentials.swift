/// A profile with `credential_process`: a program that prints keys as JSON.
///
/// Source: AWS SDKs and Tools Reference Guide, "Process credential provider".
struct ProcessCredentials: CredentialProvider {
  let profile: SharedConfig.Profile
  let effects: Effects

  var name: String { "credential_process in profile '\(profile.name)'" }

  func credentials() async throws(AWSError) -> Credentials? {
    guard let line = profile.values["credential_process"] else { return nil }
    let command = try ShellWords.split(line, setting: name)
    guard let program = command.first else { return nil }
    let result: Effects.ProcessOutput
    do { result = try await effects.runProcess(command) } catch {
      throw failure("\(program) cannot be run: \(error)")
    }
    guard result.exitCode == 0 else {
      throw failure("\(program) ended with code \(result.exitCode)")
    }
    guard let document = CredentialDocument(json: result.output) else {
      throw failure("what \(program) printed is not a JSON object with keys")
    }
    guard document.version == 1 else { throw failure("what \(program) printed is not of \"Version\": 1") }
    guard let credentials = document.credentials(source: name) else {
      throw failure("what \(program) printed has no AccessKeyId or no SecretAccessKey")
    }
    return credentials
  }

  private func failure(_ reason: String) -> AWSError {
    AWSError(
      code: .noCredentials, message: "\(name): \(reason)", hint: "Run the command by hand to see what is wrong.")
  }
}

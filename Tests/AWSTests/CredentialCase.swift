/// An environment in which credentials are looked for, as the fixture script reads it too.
struct CredentialCase: Codable {
  var variables: [String: String] = [:]
  /// By their path below the home folder.
  var files: [String: String] = [:]
  var profile: String?
}

extension CredentialCase {
  private static let keys = ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "env-secret"]
  private static let config = ".aws/config"
  private static let shared = ".aws/credentials"
  private static let both = [
    config: """
    # a comment
    [default]
    region = eu-west-1
    aws_access_key_id = CONFIG
    aws_secret_access_key = config-secret
    [profile team]
    AWS_ACCESS_KEY_ID = TEAMCONFIG
    aws_secret_access_key : team=config
    aws_session_token=tok#en
    s3 =
      addressing_style = path
    [profile "with space"]
    aws_access_key_id = SPACE
    aws_secret_access_key = s
    [team]
    aws_access_key_id = WRONG
    aws_secret_access_key = wrong
    """,
    shared: """
    [default]
    aws_access_key_id = SHARED
    aws_secret_access_key = shared-secret

    ; another comment
    [team]
    aws_access_key_id = TEAMSHARED
    aws_secret_access_key = team-shared
    [onlyhere]
    aws_access_key_id=ONLY
    aws_secret_access_key=only
    aws_security_token=old
    aws_session_token=new
    """,
  ]
  private static func process(_ command: String) -> [String: String] {
    [config: "[default]\ncredential_process = \(command)\n"]
  }

  static let cases: [CredentialCase] = [
    CredentialCase(), CredentialCase(variables: keys), CredentialCase(files: both),
    CredentialCase(variables: keys, files: both),
    CredentialCase(variables: keys.merging(["AWS_SESSION_TOKEN": "t"]) { $1 }),
    CredentialCase(variables: keys.merging(["AWS_SESSION_TOKEN": "t", "AWS_SECURITY_TOKEN": "u"]) { $1 }),
    CredentialCase(variables: keys.merging(["AWS_SESSION_TOKEN": ""]) { $1 }),
    CredentialCase(variables: ["AWS_ACCESS_KEY_ID": "ENV"]), CredentialCase(variables: ["AWS_SECRET_ACCESS_KEY": "s"]),
    CredentialCase(variables: ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "s"], files: both),
    CredentialCase(variables: ["AWS_ACCESS_KEY_ID": "ENV"], files: both),
    CredentialCase(variables: ["AWS_PROFILE": "team"], files: both),
    CredentialCase(variables: ["AWS_DEFAULT_PROFILE": "team"], files: both),
    CredentialCase(variables: keys.merging(["AWS_PROFILE": "team"]) { $1 }, files: both),
    CredentialCase(variables: keys, files: both, profile: "team"), CredentialCase(files: both, profile: "onlyhere"),
    CredentialCase(files: both, profile: "with space"), CredentialCase(files: both, profile: "nobody"),
    CredentialCase(variables: ["AWS_PROFILE": "nobody"], files: both),
    CredentialCase(variables: ["AWS_PROFILE": "nobody"]),
    CredentialCase(files: [config: both[config] ?? ""]), CredentialCase(files: [shared: both[shared] ?? ""]),
    CredentialCase(files: [config: both[config] ?? ""], profile: "team"),
    CredentialCase(files: [shared: "[default]\naws_access_key_id = HALF\n"]),
    CredentialCase(files: [config: "[default]\naws_access_key_id = HALF\n"]),
    CredentialCase(variables: ["AWS_CONFIG_FILE": "~/other"], files: ["other": both[config] ?? ""]),
    CredentialCase(variables: ["AWS_SHARED_CREDENTIALS_FILE": "~/other"], files: ["other": both[shared] ?? ""]),
    CredentialCase(files: [config: "no section\n"]), CredentialCase(files: [shared: "[default\n"]),
    CredentialCase(
      files: process(#"/bin/sh -c 'echo "{\"Version\":1,\"AccessKeyId\":\"PROC\",\"SecretAccessKey\":\"p\"}"'"#)),
    CredentialCase(
      files: process(
        #"sh -c 'echo noise >&2; echo "{\"Version\":1,\"AccessKeyId\":\"PROC\",\"SecretAccessKey\":\"p\",\"SessionToken\":\"t\",\"Expiration\":\"2099-01-01T00:00:00Z\"}"'"#
      )),
    CredentialCase(files: process("/bin/false")), CredentialCase(files: process("/bin/echo nonsense")),
    CredentialCase(files: process("/nowhere/program")), CredentialCase(files: process(#"/bin/echo '{"Version":2}'"#)),
    CredentialCase(files: process(#"/bin/echo '{"Version":1,"AccessKeyId":"PROC"}'"#)),
    CredentialCase(files: process("/bin/false").merging([shared: both[shared] ?? ""]) { $1 }),
    CredentialCase(files: [
      config: both[config].map { $0.replacing("region = eu-west-1", with: "credential_process = /bin/false") } ?? ""
    ]),
    CredentialCase(variables: ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/role/1"]),
    CredentialCase(variables: ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/role/1"], files: both),
    CredentialCase(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/x"]),
    CredentialCase(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/x"]),
    CredentialCase(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials"]),
    CredentialCase(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/x"]),
    CredentialCase(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1.example.com/x"]),
    CredentialCase(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://[fd00:ec2::23]/x"]),
    CredentialCase(variables: [
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/a", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/b",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic abc",
    ]),
    CredentialCase(variables: [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/b", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\nb",
    ]),
    CredentialCase(variables: [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/b", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "one",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nowhere/token",
    ]),
  ]

  private static func role(_ lines: String...) -> CredentialCase {
    let text = "[default]\n" + lines.joined(separator: "\n") + "\n"
    return CredentialCase(files: [
      config: text, shared: "[base]\naws_access_key_id = BASE\naws_secret_access_key = b\n",
    ])
  }

  static let roles: [CredentialCase] = [
    role("role_arn = arn:r", "source_profile = base"),
    role("role_arn = arn:r", "source_profile = base", "external_id = x", "role_session_name = me"),
    role("role_arn = arn:r", "source_profile = base", "duration_seconds = 900"),
    role("role_arn = arn:r", "source_profile = nobody"), role("role_arn = arn:r"),
    role("role_arn = arn:r", "source_profile = base", "credential_source = Environment"),
    role("role_arn = arn:r", "source_profile = next", "[profile next]", "role_arn = arn:n", "source_profile = base"),
    role("role_arn = arn:r", "source_profile = next", "[profile next]", "role_arn = arn:n", "source_profile = default"),
    role("role_arn = arn:r", "source_profile = default"),
    role(
      "role_arn = arn:r", "source_profile = default", "aws_access_key_id = OWN", "aws_secret_access_key = o"),
    role(
      "role_arn = arn:r", "source_profile = next", "[profile next]", "role_arn = arn:n", "source_profile = base",
      "aws_access_key_id = NEXT", "aws_secret_access_key = n"),
    role("role_arn = arn:r", "source_profile = next", "[profile next]", "region = eu-west-1"),
    role(
      "role_arn = arn:r", "source_profile = next", "[profile next]",
      #"credential_process = /bin/echo '{"Version":1,"AccessKeyId":"PROC","SecretAccessKey":"p"}'"#),
    role("role_arn = arn:r", "credential_source = Environment"), role("role_arn = arn:r", "credential_source = Moon"),
    CredentialCase(
      variables: keys, files: [config: "[profile p]\nrole_arn = arn:r\ncredential_source = Environment\n"], profile: "p"
    ),
    CredentialCase(
      variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/x"],
      files: [config: "[default]\nrole_arn = arn:r\ncredential_source = EcsContainer\n"]),
    CredentialCase(variables: keys, files: [config: "[default]\nrole_arn = arn:r\nsource_profile = base\n"]),
    CredentialCase(
      variables: ["AWS_WEB_IDENTITY_TOKEN_FILE": "~/token", "AWS_ROLE_ARN": "arn:w"], files: ["token": "ey.J"]),
    CredentialCase(variables: ["AWS_WEB_IDENTITY_TOKEN_FILE": "~/token"], files: ["token": "ey.J"]),
    CredentialCase(
      variables: ["AWS_WEB_IDENTITY_TOKEN_FILE": "~/token", "AWS_ROLE_ARN": "arn:w"],
      files: both.merging(["token": "ey.J"]) { $1 }),
    CredentialCase(
      variables: ["AWS_WEB_IDENTITY_TOKEN_FILE": "~/token", "AWS_ROLE_ARN": "arn:w"],
      files: both.merging(["token": "ey.J"]) { $1 }, profile: "team"),
    CredentialCase(
      variables: ["AWS_WEB_IDENTITY_TOKEN_FILE": "~/gone", "AWS_ROLE_ARN": "arn:w"], files: both),
  ]
}

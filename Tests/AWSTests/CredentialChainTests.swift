import Foundation
import Native
import TestServers
import Testing

@testable import AWS

struct CredentialChainTests {
  struct Case: Codable {
    var variables: [String: String] = [:]
    /// By their path below the home folder.
    var files: [String: String] = [:]
    var profile: String?
  }

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

  static let cases: [Case] = [
    Case(), Case(variables: keys), Case(files: both), Case(variables: keys, files: both),
    Case(variables: keys.merging(["AWS_SESSION_TOKEN": "t"]) { $1 }),
    Case(variables: keys.merging(["AWS_SESSION_TOKEN": "t", "AWS_SECURITY_TOKEN": "u"]) { $1 }),
    Case(variables: keys.merging(["AWS_SESSION_TOKEN": ""]) { $1 }),
    Case(variables: ["AWS_ACCESS_KEY_ID": "ENV"]), Case(variables: ["AWS_SECRET_ACCESS_KEY": "s"]),
    Case(variables: ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "s"], files: both),
    Case(variables: ["AWS_ACCESS_KEY_ID": "ENV"], files: both),
    Case(variables: ["AWS_PROFILE": "team"], files: both),
    Case(variables: ["AWS_DEFAULT_PROFILE": "team"], files: both),
    Case(variables: keys.merging(["AWS_PROFILE": "team"]) { $1 }, files: both),
    Case(variables: keys, files: both, profile: "team"), Case(files: both, profile: "onlyhere"),
    Case(files: both, profile: "with space"), Case(files: both, profile: "nobody"),
    Case(variables: ["AWS_PROFILE": "nobody"], files: both), Case(variables: ["AWS_PROFILE": "nobody"]),
    Case(files: [config: both[config] ?? ""]), Case(files: [shared: both[shared] ?? ""]),
    Case(files: [config: both[config] ?? ""], profile: "team"),
    Case(files: [shared: "[default]\naws_access_key_id = HALF\n"]),
    Case(files: [config: "[default]\naws_access_key_id = HALF\n"]),
    Case(variables: ["AWS_CONFIG_FILE": "~/other"], files: ["other": both[config] ?? ""]),
    Case(variables: ["AWS_SHARED_CREDENTIALS_FILE": "~/other"], files: ["other": both[shared] ?? ""]),
    Case(files: [config: "no section\n"]), Case(files: [shared: "[default\n"]),
    Case(files: process(#"/bin/sh -c 'echo "{\"Version\":1,\"AccessKeyId\":\"PROC\",\"SecretAccessKey\":\"p\"}"'"#)),
    Case(
      files: process(
        #"sh -c 'echo noise >&2; echo "{\"Version\":1,\"AccessKeyId\":\"PROC\",\"SecretAccessKey\":\"p\",\"SessionToken\":\"t\",\"Expiration\":\"2099-01-01T00:00:00Z\"}"'"#
      )),
    Case(files: process("/bin/false")), Case(files: process("/bin/echo nonsense")),
    Case(files: process("/nowhere/program")), Case(files: process(#"/bin/echo '{"Version":2}'"#)),
    Case(files: process(#"/bin/echo '{"Version":1,"AccessKeyId":"PROC"}'"#)),
    Case(files: process("/bin/false").merging([shared: both[shared] ?? ""]) { $1 }),
    Case(files: [
      config: both[config].map { $0.replacing("region = eu-west-1", with: "credential_process = /bin/false") } ?? ""
    ]),
    Case(variables: ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/role/1"]),
    Case(variables: ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/role/1"], files: both),
    Case(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/x"]),
    Case(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/x"]),
    Case(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.23/v1/credentials"]),
    Case(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/x"]),
    Case(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1.example.com/x"]),
    Case(variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://[fd00:ec2::23]/x"]),
    Case(variables: [
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/a", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/b",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic abc",
    ]),
    Case(variables: [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/b", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\nb",
    ]),
    Case(variables: [
      "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/b", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "one",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nowhere/token",
    ]),
  ]

  /// What this implementation chooses, in the fixture script's words.
  static func choice(_ row: Case) async -> String {
    let files = Dictionary(uniqueKeysWithValues: row.files.map { ("/home/me/" + $0.key, $0.value) })
    var effects = ScriptedEffects(files: files).effects
    effects.send = { request in
      let key = "CONTAINER \(request.url.dropFirst("http://".count))"
      let token = request.headers["Authorization"] ?? ""
      let text =
        #"{"AccessKeyId":"\#(key)","SecretAccessKey":"s","Token":"\#(token)","Expiration":"2099-01-01T00:00:00Z"}"#
      return HTTPResponse(status: 200, body: Array(text.utf8))
    }
    let variables = ["HOME": "/home/me", "AWS_EC2_METADATA_DISABLED": "true"].merging(row.variables) { $1 }
    do {
      let aws = try AWSEnvironment(variables: variables, profile: row.profile, effects: effects)
      let keys = try await aws.credentials.current()
      return "\(keys.accessKeyID)|\(keys.secretAccessKey)|\(keys.sessionToken ?? "")"
    } catch {
      return error.message == "no AWS credentials were found" ? "none" : "error"
    }
  }

  @Test("botocore chooses the same keys in every environment of the table")
  func oracle() async throws {
    let answer = try PythonScript.run(Fixtures.path("credentials.py"), input: JSONEncoder().encode(Self.cases))
    let expected = try JSONDecoder().decode([String].self, from: answer)
    try #require(expected.count == Self.cases.count)
    #expect(expected.filter { $0 != "none" && $0 != "error" }.count >= 25)
    for (row, keys) in zip(Self.cases, expected) {
      #expect(await Self.choice(row) == keys, "\(row)")
    }
  }

  @Test("no credentials anywhere: the hint lists every place that was tried")
  func nowhere() async throws {
    let script = ScriptedEffects()
    let aws = try AWSEnvironment(variables: ["HOME": "/home/me"], effects: script.effects)
    let error = await #expect(throws: AWSError.self) { try await aws.credentials.current() }
    #expect(error?.code == .noCredentials)
    for place in [
      "AWS_ACCESS_KEY_ID", "/home/me/.aws/credentials", "/home/me/.aws/config", "credential_process",
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "EC2 (http://169.254.169.254)",
    ] {
      #expect(error?.hint?.contains(place) == true, "\(place)")
    }
    #expect(script.requests.map(\.url) == ["http://169.254.169.254/latest/api/token"])
  }

  @Test(
    "a role or a person's sign-in in a profile is refused, never passed over", arguments: ["role_arn", "sso_session"])
  func notYet(key: String) async throws {
    let files = [
      "/home/me/.aws/config": "[profile p]\n\(key) = x\nsource_profile = q\n",
      "/home/me/.aws/credentials": "[p]\naws_access_key_id = A\naws_secret_access_key = b\n",
    ]
    let aws = try AWSEnvironment(
      variables: ["HOME": "/home/me"], profile: "p", effects: ScriptedEffects(files: files).effects)
    let error = await #expect(throws: AWSError.self) { try await aws.credentials.current() }
    #expect(error?.code == .noCredentials)
    #expect(error?.hint?.contains("export-credentials --profile p") == true)
  }

  @Test("EC2: a token first, then the role, then its keys")
  func instance() async throws {
    let script = ScriptedEffects([
      .json(200, "TOKEN"), .json(200, "builder\n"),
      .json(
        200,
        #"{"Code":"Success","AccessKeyId":"EC2","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"}"#
      ),
    ])
    let aws = try AWSEnvironment(variables: [:], effects: script.effects)
    let keys = try await aws.credentials.current()
    #expect(keys.accessKeyID == "EC2" && keys.source == "EC2, role builder")
    #expect(script.requests.map(\.method) == ["PUT", "GET", "GET"])
    #expect(script.requests.dropFirst().allSatisfy { $0.headers["X-aws-ec2-metadata-token"] == "TOKEN" })
    #expect(script.requests.last?.url.hasSuffix("/latest/meta-data/iam/security-credentials/builder") == true)
  }

  @Test("web identity: the token is exchanged at the region's STS, and its refusal is told")
  func webIdentity() async throws {
    let variables = [
      "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/ci",
      "AWS_REGION": "eu-west-1",
    ]
    let answer = """
      <AssumeRoleWithWebIdentityResponse><Credentials><AccessKeyId>WEB</AccessKeyId><SecretAccessKey>a/b&amp;c\
      </SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
      </AssumeRoleWithWebIdentityResponse>
      """
    let script = ScriptedEffects(
      [
        .json(200, answer),
        .json(400, "<E><Error><Code>ExpiredTokenException</Code><Message>Token expired</Message></Error></E>"),
      ],
      files: ["/token": "ey.J"])
    let aws = try AWSEnvironment(variables: variables, effects: script.effects)
    let keys = try await aws.credentials.current()
    #expect(keys.accessKeyID == "WEB" && keys.secretAccessKey == "a/b&c" && keys.sessionToken == "t")
    #expect(script.requests.first?.url == "https://sts.eu-west-1.amazonaws.com/")
    let other = try AWSEnvironment(variables: variables, effects: script.effects)
    let error = await #expect(throws: AWSError.self) { try await other.credentials.current() }
    #expect(error?.message == "web identity: ExpiredTokenException: Token expired")
  }

  @Test("keys are kept until five minutes before their end, and callers together search once")
  func renewal() async throws {
    let now = Timestamp(seconds: 1_795_000_000)
    let script = ScriptedEffects(
      (1...2).map { number in
        .json(
          200,
          #"{"AccessKeyId":"K\#(number)","SecretAccessKey":"s","Token":"t","Expiration":"\#(now + number * 3600)"}"#)
      }, now: now)
    let aws = try AWSEnvironment(
      variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/"], effects: script.effects)
    let first = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 1...8 { group.addTask { try await aws.credentials.current().accessKeyID } }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(first == ["K1"] && script.requests.count == 1)
    script.setTime(now + 3299)
    #expect(try await aws.credentials.current().accessKeyID == "K1")
    script.setTime(now + 3301)
    #expect(try await aws.credentials.current().accessKeyID == "K2")
    #expect(script.requests.count == 2)
  }
}

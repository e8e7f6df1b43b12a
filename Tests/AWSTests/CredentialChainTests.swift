import Foundation
import Native
import TestServers
import Testing

@testable import AWS

struct CredentialChainTests {
  /// What a service answers in place of AWS: keys whose names say who asked for what.
  private static func answer(to request: HTTPRequest) -> HTTPResponse {
    guard case .bytes(let body) = request.body else {
      let key = "CONTAINER \(request.url.dropFirst("http://".count))"
      let token = request.headers["Authorization"] ?? ""
      let text =
        #"{"AccessKeyId":"\#(key)","SecretAccessKey":"s","Token":"\#(token)","Expiration":"2099-01-01T00:00:00Z"}"#
      return HTTPResponse(status: 200, body: Array(text.utf8))
    }
    var form: [String: String] = [:]
    for pair in String(decoding: body, as: UTF8.self).split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? "" }
      form[parts[0]] = parts.last
    }
    let caller = request.headers["Authorization"]?.firstMatch(of: /Credential=(.*?)\/[0-9]{8}\//)?.1 ?? ""
    let role = form["RoleArn"] ?? ""
    let key =
      form["WebIdentityToken"].map { "WEB \(role) BY \($0)" }
      ?? "ROLE \(role) BY \(caller) \(form["ExternalId"] ?? "")\(form["DurationSeconds"] ?? "")"
    let text =
      "<AccessKeyId>\(key)</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
      + "<Expiration>2099-01-01T00:00:00Z</Expiration>"
    return HTTPResponse(status: 200, body: Array(text.utf8))
  }

  /// What this implementation chooses, in the fixture script's words.
  static func choice(_ row: CredentialCase) async -> String {
    let files = Dictionary(uniqueKeysWithValues: row.files.map { ("/home/me/" + $0.key, $0.value) })
    var effects = ScriptedEffects(files: files).effects
    effects.send = { answer(to: $0) }
    let variables = ["HOME": "/home/me", "AWS_EC2_METADATA_DISABLED": "true"].merging(
      row.variables.mapValues { $0.replacing("~/", with: "/home/me/") }
    ) { $1 }
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
    let cases = CredentialCase.cases + CredentialCase.roles
    let answer = try PythonScript.run(Fixtures.path("credentials.py"), input: JSONEncoder().encode(cases))
    let expected = try JSONDecoder().decode([String].self, from: answer)
    try #require(expected.count == cases.count && cases.count >= 60)
    #expect(expected.filter { $0 != "none" && $0 != "error" }.count >= 40)
    for (row, keys) in zip(cases, expected) {
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
    "a role that needs a code, and a person's sign-in, are refused, never passed over",
    arguments: ["role_arn = arn:r\nmfa_serial = arn:device", "sso_session = x"])
  func notYet(lines: String) async throws {
    let files = [
      "/home/me/.aws/config": "[profile p]\n\(lines)\nsource_profile = q\n",
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

import Native
import Testing

@testable import AWS

struct AWSClientTests {
  private static let variables = [
    "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_SESSION_TOKEN": "swordfish",
    "AWS_REGION": "us-east-1",
  ]
  private static let repositories =
    #"{"repositories":[{"repositoryName":"a","repositoryArn":"arn","registryId":"1","repositoryUri":"h/a"}]}"#

  private static func ecr(_ script: ScriptedEffects, _ more: [String: String] = [:]) throws -> ECR {
    let aws = try AWSEnvironment(variables: variables.merging(more) { $1 }, effects: script.effects)
    return ECR(try aws.client(for: .ecr))
  }

  private static func failure(_ script: ScriptedEffects, _ more: [String: String] = [:]) async throws -> AWSError? {
    await #expect(throws: AWSError.self) { try await ecr(script, more).repository(named: "a") }
  }

  @Test(
    "throttling, failures of the service and broken connections are tried again",
    arguments: [
      ScriptedEffects.Answer.json(400, #"{"__type":"ThrottlingException","message":"Rate exceeded"}"#),
      .json(429, ""), .json(503, "<html>busy</html>"), .json(500, #"{"__type":"ServerException"}"#),
      .failure(.broken), .failure(.connect), .failure(.timeout), .failure(.resolve),
    ])
  func retried(answer: ScriptedEffects.Answer) async throws {
    let script = ScriptedEffects([answer, answer, .json(200, Self.repositories)])
    #expect(try await Self.ecr(script).repository(named: "a")?.repositoryUri == "h/a")
    #expect(script.requests.count == 3)
    #expect(script.waits == [.seconds(0.5), .seconds(1)])
    let hopeless = ScriptedEffects([answer, answer, answer])
    let error = try await Self.failure(hopeless)
    #expect(error?.code == .throttled || error?.code == .unavailable)
    #expect(hopeless.requests.count == 3)
    #expect(error?.hint != nil)
  }

  @Test(
    "what will not get better is not tried again",
    arguments: [
      (400, "AccessDeniedException", AWSError.Code.accessDenied),
      (400, "com.amazonaws.ecr#UnrecognizedClientException", .invalidCredentials),
      (403, "InvalidSignatureException", .invalidCredentials), (400, "ExpiredTokenException", .expired),
      (400, "InvalidParameterException", .invalidRequest), (400, "LimitExceededException", .limit),
      (413, "SomethingNew", .invalidRequest),
    ])
  func final(status: Int, name: String, code: AWSError.Code) async throws {
    let script = ScriptedEffects([.json(status, #"{"__type":"\#(name)","message":"no: swordfish, hunter2"}"#)])
    let error = try await Self.failure(script)
    #expect(error?.code == code)
    #expect(error?.serviceCode == name.split(separator: "#").last.map(String.init))
    #expect(error?.message.hasPrefix("ECR DescribeRepositories: ") == true)
    #expect(script.requests.count == 1 && script.waits.isEmpty)
    let told = "\(String(describing: error))"
    #expect(!told.contains("hunter2") && !told.contains("swordfish"))
  }

  @Test("AWS_MAX_ATTEMPTS rules, also when it makes no sense")
  func attempts() async throws {
    let throttled = ScriptedEffects.Answer.json(400, #"{"__type":"ThrottlingException"}"#)
    let script = ScriptedEffects(Array(repeating: throttled, count: 9))
    #expect(try await Self.failure(script, ["AWS_MAX_ATTEMPTS": "7"])?.code == .throttled)
    #expect(script.requests.count == 7)
    #expect(script.waits.last == .seconds(10))
    let error = try await Self.failure(ScriptedEffects(), ["AWS_MAX_ATTEMPTS": "many"])
    #expect(error?.code == .configuration && error?.message.contains("'many'") == true)
  }

  @Test("a clock that is off is told with its minutes, not as a wrong key", arguments: [-20, 20])
  func clock(minutes: Int) async throws {
    let now = try #require(Timestamp(http: "Sat, 21 Nov 2026 13:50:00 GMT"))
    let script = ScriptedEffects(
      [
        .json(
          403, #"{"__type":"InvalidSignatureException","message":"Signature expired: is now earlier than"}"#,
          headers: ["Date": "Sat, 21 Nov 2026 13:50:00 GMT"])
      ], now: now + minutes * 60)
    let error = try await Self.failure(script)
    #expect(error?.code == .clockSkew)
    #expect(error?.hint?.contains("20 minutes \(minutes < 0 ? "behind" : "ahead of") AWS's") == true)
  }

  @Test("expired keys are found anew once, where there are others")
  func renewal() async throws {
    func keys(_ name: String) -> ScriptedEffects.Answer {
      .json(
        200,
        #"{"AccessKeyId":"\#(name)","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z"}"#)
    }
    let expired = ScriptedEffects.Answer.json(400, #"{"__type":"ExpiredTokenException","message":"expired"}"#)
    let script = ScriptedEffects([keys("K1"), expired, keys("K2"), expired])
    let aws = try AWSEnvironment(
      variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/k", "AWS_REGION": "us-east-1"],
      effects: script.effects)
    let ecr = ECR(try aws.client(for: .ecr))
    let error = await #expect(throws: AWSError.self) { try await ecr.repository(named: "a") }
    #expect(error?.code == .expired)
    #expect(script.requests.map { $0.url == "http://localhost/k" } == [true, false, true, false])
    #expect(script.requests.last?.headers["Authorization"]?.contains("Credential=K2/") == true)
  }

  @Test("what is not repeatable is sent again only when it was certainly not done")
  func unrepeatable() async throws {
    for (answer, count) in [
      (ScriptedEffects.Answer.failure(.broken), 1), (.json(500, "{}"), 1), (.failure(.connect), 3),
      (.json(429, "{}"), 3),
    ] {
      let script = ScriptedEffects([answer, answer, answer])
      let aws = try AWSEnvironment(variables: Self.variables, effects: script.effects)
      let ecs = ECS(try aws.client(for: .ecs))
      await #expect(throws: AWSError.self) { try await ecs.register(.object([:]), tags: [:]) }
      #expect(script.requests.count == count)
    }
  }

  @Test(
    "an answer that is no JSON, an empty one, and one of another server are refused", arguments: ["", "<html>", "{}"])
  func nonsense(body: String) async throws {
    #expect(try await Self.failure(ScriptedEffects([.json(200, body)]))?.code == .invalidResponse)
  }

  @Test("a cancelled call is not tried again")
  func cancelled() async throws {
    let script = ScriptedEffects([.failure(.cancelled)])
    #expect(try await Self.failure(script)?.code == .cancelled)
    #expect(script.requests.count == 1)
  }
}

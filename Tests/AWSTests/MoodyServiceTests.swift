import TestServers
import Testing

@testable import AWS

/// Against a server that throttles, breaks off and refuses, over real HTTP.
struct MoodyServiceTests {
  private static func repository(_ path: String, clockOff seconds: Int = 0) async throws -> ECR.Repository? {
    let server = try PythonServer(Fixtures.path("moody.py"))
    defer { server.stop() }
    var effects = Effects.system(variables: [:], caBundle: nil)
    let now = effects.now
    effects.now = { now() + seconds }
    effects.sleep = { _ in }
    let aws = try AWSEnvironment(
      variables: [
        "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL_ECR": server.url + path,
      ], effects: effects)
    return try await ECR(aws.client(for: .ecr)).repository(named: "a")
  }

  @Test("two bad answers are lived through", arguments: ["/throttle/2", "/break/2", "/busy/2"])
  func recovers(path: String) async throws {
    #expect(try await Self.repository(path)?.repositoryUri == "host/a")
  }

  @Test(
    "three are too many, and what is final is not asked again",
    arguments: [
      ("/throttle/3", AWSError.Code.throttled), ("/break/3", .unavailable), ("/busy/3", .unavailable),
      ("/expire/1", .expired),
    ])
  func givesUp(path: String, code: AWSError.Code) async throws {
    #expect(await #expect(throws: AWSError.self) { try await Self.repository(path) }?.code == code)
  }

  @Test("a clock that is 20 minutes behind is told as that; the same refusal on time is a wrong key")
  func clock() async throws {
    let late = await #expect(throws: AWSError.self) { try await Self.repository("/skew/1", clockOff: -1200) }
    #expect(late?.code == .clockSkew)
    #expect(late?.hint == "This machine's clock is 20 minutes behind AWS's. Set it.")
    let punctual = await #expect(throws: AWSError.self) { try await Self.repository("/skew/1") }
    #expect(punctual?.code == .invalidCredentials)
  }
}

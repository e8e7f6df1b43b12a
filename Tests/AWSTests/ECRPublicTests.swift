import Testing

@testable import AWS

struct ECRPublicTests {
  private static let keys = ["AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "hunter2"]

  private func registry(_ script: ScriptedEffects, region: String?) throws -> ECRPublic {
    ECRPublic(try AWSEnvironment(variables: Self.keys, region: region, effects: script.effects).client(for: .ecrPublic))
  }

  @Test(
    "the token of the public registry is had in its one region, whichever the caller's",
    arguments: [
      "eu-central-1", "us-gov-west-1", nil,
    ])
  func token(region: String?) async throws {
    // "AWS:s3cret"
    let script = ScriptedEffects([
      .json(200, #"{"authorizationData": {"authorizationToken": "QVdTOnMzY3JldA==", "expiresAt": 1.8e9}}"#)
    ])
    let token = try await registry(script, region: region).authorization()
    #expect(token.user == "AWS" && token.password == "s3cret")
    #expect(!"\(token)".contains("s3cret"))
    let request = try #require(script.requests.first)
    #expect(request.url == "https://api.ecr-public.us-east-1.amazonaws.com/")
    #expect(request.headers["X-Amz-Target"] == "SpencerFrontendService.GetAuthorizationToken")
    #expect(request.headers["Authorization"]?.contains("/us-east-1/ecr-public/aws4_request") == true)
  }

  @Test(
    "an answer without a token is an error, and no time ends the program",
    arguments: [
      #"{"authorizationData": {"authorizationToken": "%", "expiresAt": 0}}"#, #"{"authorizationData": []}"#, "{}",
    ])
  func broken(answer: String) async throws {
    let script = ScriptedEffects([.json(200, answer)])
    let error = await #expect(throws: AWSError.self) {
      try await registry(script, region: nil).authorization()
    }
    #expect(error?.code == .invalidResponse)
    let endless = ScriptedEffects([
      .json(200, #"{"authorizationData": {"authorizationToken": "QVdTOng=", "expiresAt": 1e300}}"#)
    ])
    #expect(try await registry(endless, region: nil).authorization().password == "x")
  }
}

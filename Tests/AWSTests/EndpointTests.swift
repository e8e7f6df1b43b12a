import Foundation
import TestServers
import Testing

@testable import AWS

struct EndpointTests {
  struct Case: Codable {
    var variables: [String: String] = [:]
    var config = ""
    var region: String
    var service: String
  }

  private static let services = [
    "ecr": Service.ecr, "ecs": .ecs, "logs": .logs, "secretsmanager": .secretsManager,
    "sts": .sts, "iam": .iam,
  ]

  private static let settings: [(variables: [String: String], config: String)] = [
    ([:], ""), (["AWS_USE_FIPS_ENDPOINT": "true"], ""), (["AWS_ENDPOINT_URL": "http://127.0.0.1:5000"], ""),
    (["AWS_ENDPOINT_URL_ECR": "http://ecr.test", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "http://logs.test"], ""),
    (["AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://sm.test", "AWS_ENDPOINT_URL": "http://all.test"], ""),
    (["AWS_ENDPOINT_URL": "http://all.test", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"], ""),
    ([:], "[default]\nendpoint_url = http://profile.test\n"),
    (
      [:],
      "[default]\nservices = here\nendpoint_url = http://profile.test\n[services here]\necs =\n"
        + "  endpoint_url = http://ecs.test\nsecrets_manager =\n  endpoint_url = http://sm.test\n"
    ),
    (["AWS_ENDPOINT_URL": "http://env.test"], "[default]\nendpoint_url = http://profile.test\n"),
    ([:], "[default]\nendpoint_url = http://profile.test\nignore_configured_endpoint_urls = true\n"),
    ([:], "[default]\nuse_fips_endpoint = true\n"),
  ]

  static var cases: [Case] {
    settings.flatMap { setting in
      let isFIPS = setting.variables["AWS_USE_FIPS_ENDPOINT"] != nil || setting.config.contains("use_fips")
      let isPlain = setting.variables.isEmpty && setting.config.isEmpty
      // botocore's answers for FIPS in China are names that do not exist.
      let regions =
        isPlain
        ? ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1"]
        : isFIPS ? ["us-east-1", "us-gov-west-1"] : ["eu-central-1"]
      return regions.flatMap { region in
        services.keys.sorted().map { service in
          Case(variables: setting.variables, config: setting.config, region: region, service: service)
        }
      }
    }
  }

  @Test("botocore goes to the same addresses")
  func oracle() throws {
    let answer = try PythonScript.run(Fixtures.path("endpoints.py"), input: JSONEncoder().encode(Self.cases))
    let expected = try JSONDecoder().decode([String].self, from: answer)
    try #require(expected.count == Self.cases.count)
    for (row, url) in zip(Self.cases, expected) {
      let script = ScriptedEffects(files: ["/home/me/.aws/config": row.config])
      let variables = row.variables.merging(["HOME": "/home/me"]) { $1 }
      let aws = try AWSEnvironment(variables: variables, region: row.region, effects: script.effects)
      let service = try #require(Self.services[row.service])
      #expect(try aws.endpoint(of: service).url == url, "\(row)")
    }
  }

  @Test("IAM is signed for its home region, others for their own")
  func signingRegions() {
    #expect(Endpoint(of: .iam, region: "eu-west-1", usesFIPS: false).signingRegion == "us-east-1")
    #expect(Endpoint(of: .iam, region: "cn-northwest-1", usesFIPS: false).signingRegion == "cn-north-1")
    #expect(Endpoint(of: .iam, region: "us-gov-east-1", usesFIPS: false).signingRegion == "us-gov-west-1")
    #expect(Endpoint(of: .ecs, region: "eu-west-1", usesFIPS: false).signingRegion == "eu-west-1")
  }

  @Test("the region: the caller, AWS_REGION, AWS_DEFAULT_REGION, the profile; else a hint says where")
  func regions() throws {
    let files = ["/home/me/.aws/config": "[default]\nregion = eu-north-1\n"]
    func region(_ given: String?, _ variables: [String: String]) throws -> String {
      try AWSEnvironment(
        variables: variables.merging(["HOME": "/home/me"]) { $1 }, region: given,
        effects: ScriptedEffects(files: files).effects
      ).requiredRegion()
    }
    let variables = ["AWS_REGION": "us-west-1", "AWS_DEFAULT_REGION": "us-west-2"]
    #expect(try region("eu-west-3", variables) == "eu-west-3")
    #expect(try region(nil, variables) == "us-west-1")
    #expect(try region(nil, ["AWS_REGION": "", "AWS_DEFAULT_REGION": "us-west-2"]) == "us-west-2")
    #expect(try region(nil, [:]) == "eu-north-1")
    let nowhere = try AWSEnvironment(variables: [:], effects: ScriptedEffects().effects)
    #expect(throws: AWSError.self) { try nowhere.requiredRegion() }
    #expect(throws: AWSError.self) { try region("evil.example.com/", [:]) }
  }

  @Test("a file that cannot be read is named with its line, and never quoted")
  func badFile() {
    let files = ["/home/me/.aws/credentials": "[default]\naws_access_key_id = A\nhunter2\n"]
    let error = #expect(throws: AWSError.self) {
      try AWSEnvironment(variables: ["HOME": "/home/me"], effects: ScriptedEffects(files: files).effects)
    }
    #expect(error?.message == "/home/me/.aws/credentials:3: this line is not of the form key = value")
  }
}

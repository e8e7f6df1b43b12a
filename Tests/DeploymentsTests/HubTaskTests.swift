import Foundation
import Testing

@testable import Deployments
@testable import Rosters

struct HubTaskTests {
  private static let account = Account(id: "123456789012", region: "us-east-1")

  private static func definition(_ group: Group, in account: Account = account) throws -> TaskDefinition {
    let task = HubTask(group, of: SampleRoster.roster)
    let secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:\(task.secretName)-AbCdEf"
    return try task.definition(image: SampleRoster.image(group.name), secretARN: secret, in: account)
  }

  @Test("the task definitions of both groups, whole", arguments: ["pii", "nonpii"])
  func golden(name: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let group = try #require(SampleRoster.roster.group(named: name))
    let text = String(decoding: try encoder.encode(Self.definition(group)), as: UTF8.self) + "\n"
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let golden = try String(contentsOf: folder.appending(path: "Fixtures/\(name).json"), encoding: .utf8)
    #expect(text == golden)
  }

  @Test("a role's name becomes an ARN of the account and its partition; an ARN is kept")
  func roles() throws {
    #expect(Self.account.roleARN("pii") == "arn:aws:iam::123456789012:role/pii")
    #expect(Self.account.roleARN("team/pii") == "arn:aws:iam::123456789012:role/team/pii")
    #expect(Account(id: "1", region: "cn-north-1").roleARN("pii") == "arn:aws-cn:iam::1:role/pii")
    #expect(Account(id: "1", region: "us-gov-east-1").roleARN("pii") == "arn:aws-us-gov:iam::1:role/pii")
    var group = SampleRoster.group("pii")
    group.task.role = "arn:aws:iam::999999999999:role/elsewhere"
    #expect(try Self.definition(group).taskRoleArn == "arn:aws:iam::999999999999:role/elsewhere")
  }

  @Test("no notebooks, another port, another architecture")
  func variations() throws {
    var roster = SampleRoster.roster
    roster.notebooks = nil
    var group = SampleRoster.group("pii")
    group.task.port = 9000
    let definition = try HubTask(group, of: roster).definition(
      image: SampleRoster.image("pii"), secretARN: "arn", in: Self.account, on: .arm)
    let container = try #require(definition.containerDefinitions.first)
    #expect(container.environment.map(\.name) == ["AWS_REGION"])
    #expect(container.portMappings.map(\.containerPort) == [9000])
    #expect(container.healthCheck.command.last?.contains("127.0.0.1:9000/hub/health") == true)
    #expect(definition.runtimePlatform.cpuArchitecture.rawValue == "ARM64")
  }

  @Test(
    "an image without its digest is refused",
    arguments: [
      "h/a:latest", "h/a", "", "@sha256:" + String(repeating: "a", count: 64), "h/a@sha256:abc",
      "h/a@sha256:" + String(repeating: "A", count: 64), "h/a@sha512:" + String(repeating: "a", count: 64),
    ])
  func unpinned(image: String) {
    let error = #expect(throws: DeploymentError.self) {
      try HubTask(SampleRoster.group("pii"), of: SampleRoster.roster).definition(
        image: image, secretARN: "arn", in: Self.account)
    }
    #expect(error?.code == .invalid)
    #expect(error?.message.contains("'\(image)'") == true)
  }

  @Test("the definition has no secret in it, only where one is")
  func secrets() throws {
    let container = try #require(Self.definition(SampleRoster.group("pii")).containerDefinitions.first)
    #expect(container.secrets.map(\.name) == ["IMAGESMITH_SHADOW"])
    #expect(!container.environment.contains { $0.name.contains("KEY") || $0.name.contains("SHADOW") })
  }
}

import AWS
import Foundation
import Native
import TestServers
import Testing

@testable import Deployments
@testable import Rosters

/// Against moto, over real HTTP. Each test has a region of its own, and so finds nothing of the others.
struct RegistrarTests {
  private struct Double {
    var aws: AWSEnvironment
    var registrar: Registrar
    var ecs: ECS
    var variables: [String: String]
  }

  private static func double(
    _ region: String, roles: [String] = ["pii", "nonpii", "ecsTaskExecutionRole"]
  ) async throws -> Double {
    let url = try await MotoServer.shared.value.url
    let variables = [
      "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": region, "AWS_ENDPOINT_URL": url,
      "HOME": "/nonexistent",
    ]
    let aws = try AWSEnvironment(variables: variables)
    for role in roles {
      // Roles are of the account, not of a region: another test may have made this one.
      _ = try? await aws.client(for: .iam).query(
        "CreateRole", [("RoleName", role), ("AssumeRolePolicyDocument", #"{"Version":"2012-10-17","Statement":[]}"#)])
    }
    return Double(
      aws: aws, registrar: try await Registrar(aws), ecs: ECS(try aws.client(for: .ecs)), variables: variables)
  }

  @Test("the first time makes what is missing; the second time makes nothing")
  func twice() async throws {
    let double = try await Self.double("eu-west-1")
    for group in SampleRoster.roster.groups {
      let image = SampleRoster.image(group.name)
      let first = try await double.registrar.register(group, of: SampleRoster.roster, image: image)
      #expect(first.isNew && first.previous == nil && first.changes.isEmpty)
      #expect(first.arn == "arn:aws:ecs:eu-west-1:123456789012:task-definition/\(group.task.family):1")
      let name = "jupyterhub/\(group.name)"
      #expect(
        first.notices.map(\.message) == [
          "made the secret \(name)/shadow without any password: nobody can log in yet",
          "made the log group /ecs/\(group.task.family), kept for 90 days",
        ])
      #expect(first.notices.first?.hint?.contains("put-secret-value --secret-id \(name)/shadow") == true)
      let second = try await double.registrar.register(group, of: SampleRoster.roster, image: image)
      #expect(
        second
          == Registration(
            group: group.name, arn: first.arn, isNew: false, previous: first.arn, changes: [], notices: []))
      #expect(try await double.ecs.activeRevisions(of: group.task.family) == [first.arn])
    }
    let revision = try await double.ecs.revision("jhpocpii")
    #expect(revision.tags["imagesmith:group"] == "pii")
    #expect(revision.tags["imagesmith:hash"]?.count == 64)
    let container = try #require(revision.definition["containerDefinitions"]?.elements?.first)
    let secret = container["secrets"]?.elements?.first?["valueFrom"]?.text
    #expect(secret?.hasPrefix("arn:aws:secretsmanager:eu-west-1:123456789012:secret:jupyterhub/pii/shadow-") == true)
  }

  @Test("more memory and another image make a revision, told field by field, and planned the same")
  func change() async throws {
    let double = try await Self.double("eu-west-2")
    var group = SampleRoster.group("pii")
    let roster = SampleRoster.roster
    #expect(try await double.registrar.changes(group, of: roster, image: SampleRoster.image("pii")) == nil)
    let first = try await double.registrar.register(group, of: roster, image: SampleRoster.image("pii"))
    group.task.memory = 4096
    let image = SampleRoster.image("pii", "b")
    let plan = try await double.registrar.changes(group, of: roster, image: image)
    #expect(try await double.ecs.activeRevisions(of: "jhpocpii") == [first.arn])
    let second = try await double.registrar.register(group, of: roster, image: image)
    #expect(second.isNew && second.previous == first.arn && second.notices.isEmpty)
    #expect(second.arn.hasSuffix(":task-definition/jhpocpii:2"))
    #expect(second.changes == plan)
    #expect(
      second.changes.map(\.description) == [
        "containerDefinitions.jupyterhub.image: \(SampleRoster.image("pii")) -> \(image)", "memory: 2048 -> 4096",
      ])
    // Back to the first: the newest revision counts, not an older one that happens to be equal.
    group.task.memory = 2048
    let third = try await double.registrar.register(group, of: roster, image: SampleRoster.image("pii"))
    #expect(third.isNew && third.arn.hasSuffix(":3"))
  }

  @Test("a revision that somebody else registered, equal but for its tag, is left alone; a changed one is replaced")
  func others() async throws {
    let double = try await Self.double("eu-west-3")
    let group = SampleRoster.group("nonpii")
    let image = SampleRoster.image("nonpii")
    let first = try await double.registrar.register(group, of: SampleRoster.roster, image: image)
    let ours = try await double.ecs.revision(first.arn)
    guard case .object(var fields) = ours.definition else {
      throw DeploymentError(code: .invalid, message: "no object")
    }
    for added in ["taskDefinitionArn", "revision", "status", "compatibilities", "registeredAt"] { fields[added] = nil }
    let copy = try await double.ecs.register(.object(fields), tags: [:])
    let again = try await double.registrar.register(group, of: SampleRoster.roster, image: image)
    #expect(!again.isNew && again.arn == copy.arn)
    // The console copies the tags along with the rest.
    fields["ephemeralStorage"] = .object(["sizeInGiB": .integer(40)])
    let edited = try await double.ecs.register(.object(fields), tags: ours.tags)
    let mended = try await double.registrar.register(group, of: SampleRoster.roster, image: image)
    #expect(mended.isNew && mended.previous == edited.arn)
    #expect(mended.changes.map(\.description) == ["ephemeralStorage.sizeInGiB: 40 -> (none)"])
  }

  @Test("a role that does not exist: every missing one is named, and nothing is made")
  func roles() async throws {
    let double = try await Self.double("eu-north-1")
    var group = SampleRoster.group("pii")
    group.task.role = "nosuchrole"
    group.task.executionRole = "norsuch"
    let error = await #expect(throws: DeploymentError.self) {
      try await double.registrar.register(group, of: SampleRoster.roster, image: SampleRoster.image("pii"))
    }
    #expect(error?.code == .missing)
    #expect(
      error?.message == "group pii: no such role: arn:aws:iam::123456789012:role/norsuch, "
        + "arn:aws:iam::123456789012:role/nosuchrole")
    #expect(try await double.ecs.activeRevisions(of: "jhpocpii").isEmpty)
    let secrets = SecretsManager(try double.aws.client(for: .secretsManager))
    #expect(try await secrets.arn(ofSecret: "jupyterhub/pii/shadow") == nil)
  }

  @Test("an image without a digest is refused before anything is made")
  func unpinned() async throws {
    let double = try await Self.double("eu-south-1")
    let error = await #expect(throws: DeploymentError.self) {
      try await double.registrar.register(SampleRoster.group("pii"), of: SampleRoster.roster, image: "h/a:latest")
    }
    #expect(error?.code == .invalid)
    let secrets = SecretsManager(try double.aws.client(for: .secretsManager))
    #expect(try await secrets.arn(ofSecret: "jupyterhub/pii/shadow") == nil)
  }

  @Test("a lost answer to a registration that was done is a success, and one that was not is told")
  func lostAnswer() async throws {
    let double = try await Self.double("ca-central-1")
    for isDone in [true, false] {
      var effects = Effects.system(variables: [:], caBundle: nil)
      let send = effects.send
      effects.send = { request in
        guard request.headers["X-Amz-Target"]?.hasSuffix(".RegisterTaskDefinition") == true else {
          return try await send(request)
        }
        if isDone { _ = try await send(request) }
        throw HTTPError(code: .broken, url: request.url, reason: "the connection ended")
      }
      let registrar = try await Registrar(AWSEnvironment(variables: double.variables, effects: effects))
      let name = isDone ? "pii" : "nonpii"
      let group = SampleRoster.group(name)
      if isDone {
        let done = try await registrar.register(group, of: SampleRoster.roster, image: SampleRoster.image(name))
        #expect(done.isNew && done.arn.hasSuffix("jhpocpii:1"))
        #expect(try await double.ecs.activeRevisions(of: "jhpocpii").count == 1)
      } else {
        let error = await #expect(throws: DeploymentError.self) {
          try await registrar.register(group, of: SampleRoster.roster, image: SampleRoster.image(name))
        }
        #expect(error?.code == .aws(.unavailable))
        #expect(try await double.ecs.activeRevisions(of: "jhpocnonpii").isEmpty)
      }
    }
  }

  @Test("what the caller may not look at is a notice; what it may not do is an error that names the permissions")
  func permissions() async throws {
    let double = try await Self.double("sa-east-1", roles: [])
    for mayRegister in [true, false] {
      var effects = Effects.system(variables: [:], caBundle: nil)
      let send = effects.send
      effects.send = { request in
        guard case .bytes(let body) = request.body else { return try await send(request) }
        let operation = request.headers["X-Amz-Target"] ?? ""
        if String(decoding: body, as: UTF8.self).hasPrefix("Action=GetRole&") {
          let text = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
          return HTTPResponse(status: 403, body: Array(text.utf8))
        }
        if operation.hasSuffix(".CreateLogGroup") || (!mayRegister && operation.hasSuffix(".RegisterTaskDefinition")) {
          return HTTPResponse(status: 400, body: Array(#"{"__type":"AccessDeniedException","message":"no"}"#.utf8))
        }
        return try await send(request)
      }
      let registrar = try await Registrar(AWSEnvironment(variables: double.variables, effects: effects))
      let group = SampleRoster.group(mayRegister ? "pii" : "nonpii")
      let image = SampleRoster.image(group.name)
      if mayRegister {
        let done = try await registrar.register(group, of: SampleRoster.roster, image: image)
        #expect(done.isNew)
        #expect(done.notices.count { $0.message.contains("is not known") } == 3)
      } else {
        let error = await #expect(throws: DeploymentError.self) {
          try await registrar.register(group, of: SampleRoster.roster, image: image)
        }
        #expect(error?.code == .aws(.accessDenied))
        #expect(error?.hint?.contains("allow ecs:RegisterTaskDefinition") == true)
        #expect(error?.hint?.contains("iam:PassRole on arn:aws:iam::123456789012:role/nonpii") == true)
      }
    }
  }

  @Test("no credentials and no server are told as AWS's errors")
  func unreachable() async throws {
    let nobody = try AWSEnvironment(variables: [
      "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent",
    ])
    #expect(await #expect(throws: DeploymentError.self) { try await Registrar(nobody) }?.code == .aws(.noCredentials))
    let nowhere = try AWSEnvironment(variables: [
      "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_MAX_ATTEMPTS": "1",
      "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    ])
    #expect(await #expect(throws: DeploymentError.self) { try await Registrar(nowhere) }?.code == .aws(.unavailable))
  }
}

import Native
import TestServers
import Testing

@testable import AWS

/// Against moto, over real HTTP.
struct MotoTests {
  private static func environment(
    _ url: String, key: String = "AKID", secret: String = "secret", region: String = "us-east-1"
  ) throws -> AWSEnvironment {
    try AWSEnvironment(
      variables: [
        "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_ENDPOINT_URL": url, "AWS_REGION": region,
        "HOME": "/nonexistent",
      ])
  }

  private static func shared() async throws -> AWSEnvironment {
    try environment(try await MotoServer.shared.value.url)
  }

  @Test("a token for the registry: user AWS, a password, the registry's host")
  func token() async throws {
    let authorization = try await ECR(Self.shared().client(for: .ecr)).authorization()
    #expect(authorization.user == "AWS")
    #expect(authorization.password == "123456789012-auth-token")
    #expect(authorization.host == "123456789012.dkr.ecr.us-east-1.amazonaws.com")
    // moto's lies in 2015: it is handed on as it is, and nothing here fetches anew because of it.
    #expect(authorization.expiresAt < Timestamp(seconds: 1_500_000_000))
    #expect(!"\(authorization)".contains("auth-token"))
  }

  @Test("a repository is made once")
  func repository() async throws {
    let ecr = ECR(try await Self.shared().client(for: .ecr))
    #expect(try await ecr.repository(named: "jupyterhub/pii") == nil)
    let first = try await ecr.ensureRepository(named: "jupyterhub/pii")
    #expect(first.isNew)
    #expect(first.repository.repositoryUri == "123456789012.dkr.ecr.us-east-1.amazonaws.com/jupyterhub/pii")
    let second = try await ecr.ensureRepository(named: "jupyterhub/pii")
    #expect(!second.isNew && second.repository == first.repository)
    let error = await #expect(throws: AWSError.self) { try await ecr.createRepository(named: "jupyterhub/pii") }
    #expect(error?.code == .conflict && error?.serviceCode == "RepositoryAlreadyExistsException")
  }

  @Test("a repository's name that ECR refuses is refused with ECR's words")
  func badName() async throws {
    let ecr = ECR(try await Self.shared().client(for: .ecr))
    let error = await #expect(throws: AWSError.self) { try await ecr.ensureRepository(named: "Not A Name") }
    #expect(error?.code == .invalidRequest && error?.serviceCode == "InvalidParameterException")
  }

  @Test("many callers make one repository")
  func together() async throws {
    let ecr = ECR(try await Self.shared().client(for: .ecr))
    let results = try await withThrowingTaskGroup(of: (arn: String, isNew: Bool).self) { group in
      for _ in 1...8 {
        group.addTask {
          let result = try await ecr.ensureRepository(named: "together")
          return (result.repository.repositoryArn, result.isNew)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(results.map(\.arn)).count == 1)
    // The double looks and makes in two steps, so that two at once may both be told that theirs is new.
    #expect(results.contains { $0.isNew })
  }

  @Test("who the caller is; roles, secrets and log groups that are not there")
  func others() async throws {
    let aws = try await Self.shared()
    let identity = try await STS(aws.client(for: .sts)).callerIdentity()
    #expect(identity.account == "123456789012")
    #expect(try await IAM(aws.client(for: .iam)).roleARN(named: "nobody") == nil)
    let secrets = SecretsManager(try aws.client(for: .secretsManager))
    #expect(try await secrets.arn(ofSecret: "a/b") == nil)
    let arn = try await secrets.createSecret(named: "a/b", description: "d", value: "\n")
    #expect(try await secrets.arn(ofSecret: "a/b") == arn)
    let logs = Logs(try aws.client(for: .logs))
    #expect(try await logs.ensureGroup(named: "/ecs/a/b", keptFor: 90))
    #expect(try await logs.ensureGroup(named: "/ecs/a/b", keptFor: 90) == false)
  }

  @Test("repositories are looked for together, and those that are missing made; a family's newest revision is active")
  func newest() async throws {
    let url = try await MotoServer.shared.value.url
    let aws = try Self.environment(url, region: "ap-south-1")
    let ecr = ECR(try aws.client(for: .ecr))
    #expect(try await ecr.ensureRepositories(named: ["t/a", "t/b"]) == ["t/a", "t/b"])
    #expect(try await ecr.ensureRepositories(named: ["t/a", "t/b", "t/c"]) == ["t/c"])
    #expect(try await ecr.ensureRepositories(named: ["t/a", "t/b", "t/c"]).isEmpty)

    let ecs = ECS(try aws.client(for: .ecs))
    #expect(try await ecs.newestRevision(of: "hub") == nil)
    let definition: JSONValue = .object([
      "family": .string("hub"),
      "containerDefinitions": .array([.object(["name": .string("c"), "image": .string("i"), "memory": .integer(128)])]),
    ])
    let first = try await ecs.register(definition, tags: ["a": "b"])
    let second = try await ecs.register(definition, tags: [:])
    #expect(try await ecs.newestRevision(of: "hub")?.arn == second.arn)
    try await aws.client(for: .ecs).perform("DeregisterTaskDefinition", ["taskDefinition": second.arn])
    let newest = try await ecs.newestRevision(of: "hub")
    #expect(newest?.arn == first.arn)
    #expect(newest?.tags == ["a": "b"])
  }

  @Test("a profile's role is assumed with its source profile's keys")
  func role() async throws {
    let url = try await MotoServer.shared.value.url
    let files = [
      "/home/me/.aws/config": """
      [profile deploy]
      role_arn = arn:aws:iam::123456789012:role/deployer
      source_profile = people
      endpoint_url = \(url)
      region = eu-central-1
      """,
      "/home/me/.aws/credentials": "[people]\naws_access_key_id = AKID\naws_secret_access_key = s\n",
    ]
    var effects = Effects.system(variables: [:], caBundle: nil)
    effects.readFile = { files[$0] }
    let aws = try AWSEnvironment(variables: ["HOME": "/home/me"], profile: "deploy", effects: effects)
    let identity = try await STS(aws.client(for: .sts)).callerIdentity()
    #expect(identity.arn.hasPrefix("arn:aws:sts::123456789012:assumed-role/deployer/imagesmith-"))
    let keys = try await aws.credentials.current()
    #expect(keys.sessionToken != nil && keys.expiration != nil)
    #expect(keys.source == "role arn:aws:iam::123456789012:role/deployer")
  }

  @Test("signatures that moto checks: right keys, a wrong secret, an unknown key, a missing permission")
  func signatures() async throws {
    let server = try MotoServer.start(checksSignatures: true)
    defer { server.stop() }
    let key = try #require(server.greeting["accessKeyID"])
    let secret = try #require(server.greeting["secretAccessKey"])
    let right = try Self.environment(server.url, key: key, secret: secret)
    #expect(try await ECR(right.client(for: .ecr)).ensureRepository(named: "signed").isNew)

    let wrong = try Self.environment(server.url, key: key, secret: "not" + secret)
    let wrongECR = ECR(try wrong.client(for: .ecr))
    let refused = await #expect(throws: AWSError.self) { try await wrongECR.authorization() }
    #expect(refused?.code == .invalidCredentials)
    #expect(refused.map { "\($0)".contains(secret) } == false)

    let unknown = ECR(try Self.environment(server.url, key: "AKIAUNKNOWN").client(for: .ecr))
    #expect(await #expect(throws: AWSError.self) { try await unknown.authorization() }?.code == .invalidCredentials)

    let ecs = ECS(try right.client(for: .ecs))
    let denied = await #expect(throws: AWSError.self) { try await ecs.activeRevisions(of: "f") }
    #expect(denied?.code == .accessDenied)
    #expect(denied?.hint?.contains("\(key) from the environment") == true)
    #expect(denied?.hint?.contains("allow ecs:ListTaskDefinitions") == true)
  }

  @Test("nothing listens: the address is named, and the hint says what to look at")
  func refused() async throws {
    let aws = try AWSEnvironment(
      variables: [
        "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1",
      ])
    let ecr = ECR(try aws.client(for: .ecr))
    let error = await #expect(throws: AWSError.self) { try await ecr.authorization() }
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("http://127.0.0.1:9") == true)
    #expect(error?.hint?.contains("AWS_ENDPOINT_URL") == true)
  }
}

import AWS
import FoundationEssentials
import Native
import Testing

@testable import Deployments

struct NormalFormTests {
  private static func form(_ text: String) throws -> NormalForm {
    NormalForm(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)))
  }

  private static let asked = """
    {"family": "f", "cpu": "1024", "requiresCompatibilities": ["FARGATE", "EC2"], "containerDefinitions": [{
      "name": "c", "image": "i", "portMappings": [{"containerPort": 8000}],
      "environment": [{"name": "A", "value": ""}, {"name": "B", "value": "2"}],
      "healthCheck": {"command": ["CMD", "b", "a"]}}]}
    """

  private static let answered = """
    {"taskDefinitionArn": "arn:x", "family": "f", "revision": 7, "status": "ACTIVE", "cpu": "1024", "volumes": [],
     "registeredAt": 1795000000.25, "registeredBy": "me", "compatibilities": ["EC2", "FARGATE"],
     "requiresAttributes": [{"name": "x"}], "placementConstraints": [], "enableFaultInjection": false,
     "requiresCompatibilities": ["EC2", "FARGATE"], "containerDefinitions": [{
      "name": "c", "image": "i", "cpu": 0, "essential": true, "mountPoints": [], "volumesFrom": [],
      "portMappings": [{"containerPort": 8000, "hostPort": 8000, "protocol": "tcp"}], "systemControls": [],
      "environment": [{"name": "B", "value": "2"}, {"name": "A", "value": ""}],
      "healthCheck": {"command": ["CMD", "b", "a"], "interval": 30, "timeout": 5, "retries": 3}}]}
    """

  @Test("what ECS fills in, and the order of named lists, make no difference")
  func equal() throws {
    let asked = try Self.form(Self.asked)
    let answered = try Self.form(Self.answered)
    #expect(asked == answered)
    #expect(FieldChange.between(asked, answered).isEmpty)
    #expect(try asked.hash() == answered.hash())
    #expect(try asked.hash().count == 64)
  }

  @Test(
    "everything else does",
    arguments: [
      (#""cpu": "1024""#, #""cpu": "2048""#, "cpu: 1024 -> 2048"),
      (#""image": "i""#, #""image": "j""#, "containerDefinitions.c.image: i -> j"),
      (
        #""name": "A", "value": """#, #""name": "A", "value": "1""#,
        #"containerDefinitions.c.environment.A: "" -> 1"#
      ),
      (
        #"{"name": "A", "value": ""}, "#, "", #"containerDefinitions.c.environment.A: "" -> (none)"#
      ),
      (
        #"["CMD", "b", "a"]"#, #"["CMD", "a", "b"]"#,
        #"containerDefinitions.c.healthCheck.command: ["CMD","b","a"] -> ["CMD","a","b"]"#
      ),
      (
        #""family": "f""#, #""family": "f", "ephemeralStorage": {"sizeInGiB": 40}"#,
        "ephemeralStorage.sizeInGiB: (none) -> 40"
      ),
      (
        #""image": "i""#, #""image": "i", "readonlyRootFilesystem": true"#,
        "containerDefinitions.c.readonlyRootFilesystem: (none) -> true"
      ),
      (
        #"{"containerPort": 8000}"#, #"{"containerPort": 8000, "protocol": "udp"}"#,
        "containerDefinitions.c.portMappings.8000.protocol: (none) -> udp"
      ),
    ])
  func different(from: String, to: String, told: String) throws {
    let changed = Self.asked.replacing(from, with: to)
    #expect(changed != Self.asked)
    let changes = FieldChange.between(try Self.form(Self.asked), try Self.form(changed))
    #expect(changes.map(\.description) == [told])
    #expect(try Self.form(changed).hash() != Self.form(Self.asked).hash())
  }

  @Test("the fields of today are known, others are not")
  func documented() {
    #expect(DocumentedField.contains("volumes.home.efsVolumeConfiguration"))
    #expect(DocumentedField.contains("containerDefinitions.c.user"))
    #expect(DocumentedField.contains("containerDefinitions.c"))
    #expect(!DocumentedField.contains("someday"))
    #expect(!DocumentedField.contains("containerDefinitions.c.someday.deeper"))
  }
}

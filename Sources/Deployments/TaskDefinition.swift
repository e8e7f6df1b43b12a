/// A task definition as `RegisterTaskDefinition` takes it: the fields that imagesmith sets, and no others.
///
/// Source: Amazon ECS API Reference, `RegisterTaskDefinition` and `ContainerDefinition`.
package struct TaskDefinition: Sendable, Equatable, Codable {
  package var family: String
  package var taskRoleArn: String
  package var executionRoleArn: String
  package var networkMode = "awsvpc"
  package var requiresCompatibilities = ["FARGATE"]
  package var runtimePlatform: RuntimePlatform
  /// CPU units, as text: 1024 are one vCPU.
  package var cpu: String
  /// MiB, as text.
  package var memory: String
  package var containerDefinitions: [Container]

  package struct RuntimePlatform: Sendable, Equatable, Codable {
    package var operatingSystemFamily = "LINUX"
    package var cpuArchitecture: CPUArchitecture
  }

  package enum CPUArchitecture: String, Sendable, Equatable, Codable {
    case x86 = "X86_64"
    case arm = "ARM64"

    /// - Parameter image: the architecture as images name it, such as `amd64`.
    package init?(image: String) {
      switch image {
      case "amd64": self = .x86
      case "arm64": self = .arm
      default: return nil
      }
    }
  }

  package struct Container: Sendable, Equatable, Codable {
    package var name: String
    /// `HOST/REPOSITORY@sha256:...`.
    package var image: String
    package var essential = true
    package var portMappings: [PortMapping]
    package var environment: [Variable]
    package var secrets: [Secret]
    package var healthCheck: HealthCheck
    package var logConfiguration: LogConfiguration
    /// Seconds between SIGTERM and SIGKILL.
    package var stopTimeout: Int
  }

  package struct PortMapping: Sendable, Equatable, Codable {
    package var containerPort: Int
    package var `protocol` = "tcp"
  }

  package struct Variable: Sendable, Equatable, Codable {
    package var name: String
    package var value: String
  }

  /// A variable whose value ECS reads from Secrets Manager when a task starts.
  package struct Secret: Sendable, Equatable, Codable {
    package var name: String
    /// The secret's ARN.
    package var valueFrom: String
  }

  package struct HealthCheck: Sendable, Equatable, Codable {
    package var command: [String]
    /// Seconds from one check to the next, of one check, and from the start in which failures do not count.
    package var interval: Int
    package var timeout: Int
    package var startPeriod: Int
    package var retries: Int
  }

  package struct LogConfiguration: Sendable, Equatable, Codable {
    package var logDriver = "awslogs"
    package var options: [String: String]
  }
}

import Rosters

/// The task of one group's hub: names of what it needs, and its definition. A pure function of its parts.
package struct HubTask: Sendable, Equatable {
  package var project: String
  package var group: Group
  /// Where the group's notebooks are kept; nil for the container itself.
  package var notebooks: S3Location?

  package init(_ group: Group, of roster: Roster) {
    self.group = group
    project = roster.project
    notebooks = roster.notebooks(of: group)
  }

  /// The secret in Secrets Manager whose lines `name:hash` are the group's passwords.
  package var secretName: String { "\(project)/\(group.name)/shadow" }

  /// The log group of the containers' output, named as the AWS console names it.
  package var logGroup: String { "/ecs/\(group.task.family)" }

  /// What every revision is tagged with, besides its hash.
  package var tags: [String: String] { ["imagesmith:project": project, "imagesmith:group": group.name] }

  /// The definition to register.
  ///
  /// - Parameters:
  ///   - image: `HOST/REPOSITORY@sha256:...`: a tag could be moved under a running service.
  ///   - secretARN: of the secret named `secretName`; ECS takes no names there.
  /// - Throws: `DeploymentError.invalid` for an image without a digest.
  package func definition(
    image: String, secretARN: String, in account: Account, on architecture: TaskDefinition.CPUArchitecture = .x86
  ) throws(DeploymentError) -> TaskDefinition {
    guard Self.isPinned(image) else {
      throw DeploymentError(
        code: .invalid, message: "group \(group.name): the image '\(image)' is not named by its digest",
        hint: "Write HOST/REPOSITORY@sha256:..., as 'imagesmith push' prints it.")
    }
    var environment = [TaskDefinition.Variable(name: "AWS_REGION", value: account.region)]
    if let notebooks {
      environment.append(.init(name: "NOTEBOOK_S3_BUCKET", value: notebooks.bucket))
      environment.append(.init(name: "NOTEBOOK_S3_PREFIX", value: notebooks.prefix))
    }
    let container = TaskDefinition.Container(
      name: "jupyterhub", image: image, portMappings: [.init(containerPort: group.task.port)],
      environment: environment, secrets: [.init(name: "IMAGESMITH_SHADOW", valueFrom: secretARN)],
      healthCheck: healthCheck,
      logConfiguration: .init(options: [
        "awslogs-group": logGroup, "awslogs-region": account.region, "awslogs-stream-prefix": "hub",
      ]),
      // Long enough for the hub to end the users' servers, which save what is open.
      stopTimeout: 60)
    return TaskDefinition(
      family: group.task.family, taskRoleArn: account.roleARN(group.task.role),
      executionRoleArn: account.roleARN(group.task.executionRole),
      runtimePlatform: .init(cpuArchitecture: architecture), cpu: String(group.task.cpu),
      memory: String(group.task.memory), containerDefinitions: [container])
  }

  /// The image has Python for certain, and no curl. `/hub/health` is 404 until the hub is up, which `urlopen` throws.
  private var healthCheck: TaskDefinition.HealthCheck {
    let address = "http://127.0.0.1:\(group.task.port)/hub/health"
    return .init(
      command: [
        "CMD", "/opt/jupyterhub/bin/python", "-c",
        "import urllib.request; urllib.request.urlopen('\(address)', timeout=4)",
      ],
      interval: 30, timeout: 5, startPeriod: 60, retries: 3)
  }

  private static func isPinned(_ image: String) -> Bool {
    guard let at = image.firstRange(of: "@sha256:"), at.lowerBound > image.startIndex else { return false }
    let digest = image[at.upperBound...].utf8
    return digest.count == 64 && digest.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}

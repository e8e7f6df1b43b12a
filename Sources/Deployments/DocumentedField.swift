/// The fields of a task definition that ECS had when this was written: a value in one of them is somebody's wish, while a
/// field that is not here is one that ECS has learned since.
///
/// Source: Amazon ECS API Reference, `TaskDefinition` and `ContainerDefinition`, 2026.
enum DocumentedField {
  private static let ofTask: Set<String> = [
    "family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions", "volumes",
    "placementConstraints", "requiresCompatibilities", "cpu", "memory", "inferenceAccelerators", "pidMode", "ipcMode",
    "proxyConfiguration", "ephemeralStorage", "runtimePlatform", "enableFaultInjection",
  ]

  private static let ofContainer: Set<String> = [
    "name", "image", "repositoryCredentials", "cpu", "memory", "memoryReservation", "links", "portMappings",
    "essential", "restartPolicy", "entryPoint", "command", "environment", "environmentFiles", "mountPoints",
    "volumesFrom", "linuxParameters", "secrets", "dependsOn", "startTimeout", "stopTimeout", "versionConsistency",
    "hostname", "user", "workingDirectory", "disableNetworking", "privileged", "readonlyRootFilesystem",
    "dnsServers", "dnsSearchDomains", "extraHosts", "dockerSecurityOptions", "interactive", "pseudoTerminal",
    "dockerLabels", "ulimits", "logConfiguration", "healthCheck", "systemControls", "resourceRequirements",
    "firelensConfiguration", "credentialSpecs",
  ]

  /// - Parameter path: of a `FieldChange`.
  static func contains(_ path: String) -> Bool {
    let names = path.split(separator: ".").map(String.init)
    guard let first = names.first, ofTask.contains(first) else { return false }
    guard first == "containerDefinitions", names.count > 2 else { return true }
    return ofContainer.contains(names[2])
  }
}

/// How a container of the image starts, and what the image was made of.
///
/// Source: OCI image specification v1.1, config.md. `healthcheck`, `onBuild` and `shell` are Docker's additions, which
/// its own images and builders keep in the same object.
package struct ImageConfig: Sendable, Equatable, Codable {
  /// RFC 3339.
  package var created: String?
  package var author: String?
  package var architecture: String
  package var os: String
  package var variant: String?
  package var config: ContainerConfig?
  package var rootfs: RootFS
  package var history: [History]?

  package init(platform: Platform) {
    architecture = platform.architecture
    os = platform.os
    variant = platform.variant
    rootfs = RootFS(diffIDs: [])
  }

  package var platform: Platform { Platform(os: os, architecture: architecture, variant: variant) }
}

/// The execution parameters of a container.
package struct ContainerConfig: Sendable, Equatable, Codable {
  package var user: String?
  /// A JSON object whose keys are `port[/protocol]`.
  package var exposedPorts: [String: EmptyObject]?
  /// `NAME=value`, in order.
  package var env: [String]?
  package var entrypoint: [String]?
  package var cmd: [String]?
  package var volumes: [String: EmptyObject]?
  package var workingDir: String?
  package var labels: [String: String]?
  package var stopSignal: String?
  package var healthcheck: Healthcheck?
  package var onBuild: [String]?
  package var shell: [String]?

  enum CodingKeys: String, CodingKey {
    case user = "User"
    case exposedPorts = "ExposedPorts"
    case env = "Env"
    case entrypoint = "Entrypoint"
    case cmd = "Cmd"
    case volumes = "Volumes"
    case workingDir = "WorkingDir"
    case labels = "Labels"
    case stopSignal = "StopSignal"
    case healthcheck = "Healthcheck"
    case onBuild = "OnBuild"
    case shell = "Shell"
  }

  package init() {}
}

/// `{}`: Go's way to write a set.
package struct EmptyObject: Sendable, Hashable, Codable {
  package init() {}
}

/// How to find out if a container is well. Times are nanoseconds.
///
/// Source: Docker image specification v1.2, "Healthcheck".
package struct Healthcheck: Sendable, Equatable, Codable {
  /// `["NONE"]`, `["CMD", …]` or `["CMD-SHELL", line]`.
  package var test: [String]?
  package var interval: Int?
  package var timeout: Int?
  package var startPeriod: Int?
  package var startInterval: Int?
  package var retries: Int?

  enum CodingKeys: String, CodingKey {
    case test = "Test"
    case interval = "Interval"
    case timeout = "Timeout"
    case startPeriod = "StartPeriod"
    case startInterval = "StartInterval"
    case retries = "Retries"
  }

  package init(test: [String]) { self.test = test }
}

/// The uncompressed digests of the layers, lowest first.
package struct RootFS: Sendable, Equatable, Codable {
  package var type = "layers"
  package var diffIDs: [DiffID]

  enum CodingKeys: String, CodingKey {
    case type
    case diffIDs = "diff_ids"
  }

  package init(diffIDs: [DiffID]) { self.diffIDs = diffIDs }
}

/// One step that made the image.
package struct History: Sendable, Equatable, Codable {
  /// RFC 3339.
  package var created: String?
  package var author: String?
  package var createdBy: String?
  package var comment: String?
  /// Whether the step made no layer.
  package var emptyLayer: Bool?

  enum CodingKeys: String, CodingKey {
    case created
    case author
    case createdBy = "created_by"
    case comment
    case emptyLayer = "empty_layer"
  }

  package init(created: String?, createdBy: String, comment: String? = nil, emptyLayer: Bool) {
    self.created = created
    self.createdBy = createdBy
    self.comment = comment
    self.emptyLayer = emptyLayer ? true : nil
  }
}

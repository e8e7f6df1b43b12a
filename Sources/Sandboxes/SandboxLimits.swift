/// What of the machine a command gets besides what every command does.
///
/// Source: docker build, `--add-host`, `--shm-size`, `--ulimit`.
package struct SandboxLimits: Sendable, Hashable {
  /// A line of `/etc/hosts`.
  package struct Host: Sendable, Hashable {
    package var name: String
    /// IPv4 or IPv6.
    package var address: String

    package init(name: String, address: String) {
      self.name = name
      self.address = address
    }
  }

  /// A limit of resources, as setrlimit(2) has it.
  package struct Resource: Sendable, Hashable {
    /// Such as `nofile`.
    package var name: String
    package var soft: UInt64
    package var hard: UInt64

    package init(name: String, soft: UInt64, hard: UInt64) {
      self.name = name
      self.soft = soft
      self.hard = hard
    }

    /// The names that there are.
    package static let names: Set<String> = [
      "as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
      "rttime", "sigpending", "stack",
    ]
  }

  package var hosts: [Host]
  /// Bytes of `/dev/shm`; nil for what the kernel gives.
  package var sharedMemory: Int?
  package var resources: [Resource]

  package init(hosts: [Host] = [], sharedMemory: Int? = nil, resources: [Resource] = []) {
    self.hosts = hosts
    self.sharedMemory = sharedMemory
    self.resources = resources
  }

  /// Each as a text, for the key of a step.
  package var description: [String] {
    hosts.map { "host \($0.name) \($0.address)" } + (sharedMemory.map { ["shm \($0)"] } ?? [])
      + resources.map { "limit \($0.name) \($0.soft) \($0.hard)" }
  }
}

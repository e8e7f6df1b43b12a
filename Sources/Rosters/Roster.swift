/// Who the people are, which group each belongs to, and what each group's image and task are made of: the meaning of one
/// `users.yaml` that has no error in it.
///
/// A value of this type is made by the reader only after every rule has been checked, so whoever holds one need not
/// check again.
package struct Roster: Sendable, Equatable {
  /// The project's name; prefixes names that must be unique in an account, such as log groups and secrets.
  package var project: String
  package var aws: AWSSettings
  package var registry: RegistrySettings
  /// Where builds leave what their steps made, for other machines; nil for none.
  package var cache: CacheSettings?
  package var base: Base
  package var image: ImageSettings
  /// Where notebooks are kept, before `{group}` is replaced; nil keeps them in the container.
  package var notebooks: S3Location?
  package var secrets = SecretSettings()
  /// In the file's order.
  package var groups: [Group]
  /// In the file's order.
  package var users: [User]
}

/// The account's region; nil leaves it to the environment or the profile.
package struct AWSSettings: Sendable, Equatable {
  package var region: String?
}

/// Where images are pushed: templates that may contain `{group}` and `{version}`.
package struct RegistrySettings: Sendable, Equatable {
  /// A repository's name without host or tag, such as `jupyterhub/{group}`.
  package var repository: String
  /// A tag, such as `{version}` or `{group}-{version}`.
  package var tag: String
}

/// The remote cache, in the registry to which images are pushed; one for all groups, as they share layers.
package struct CacheSettings: Sendable, Equatable {
  /// A repository's name without host or tag.
  package var repository: String
  package var tag: String
  /// Whether the folders of `RUN --mount=type=cache` are kept there, too.
  package var mounts: Bool
}

/// What the groups' images stand on.
package enum Base: Sendable, Equatable {
  /// Made from a distribution's packages, such as `debian/trixie`; `mirror` is the address of a package mirror, nil for
  /// the host's own.
  case bootstrap(distribution: String, suite: String, mirror: String?)
  /// An image reference in a registry, or `oci:DIR[:TAG]`.
  case image(String)
}

/// What every group's image is made of.
package struct ImageSettings: Sendable, Equatable {
  package var compression: Compression
  /// Debian packages beyond those that the recipe installs.
  package var apt: [String]
  /// The path of a hashed requirements file, from the roster's folder; nil for none.
  package var python: String?
  /// R packages by their CRAN names.
  package var r: [String]

  package enum Compression: String, Sendable, Equatable, CaseIterable {
    case zstd
    case gzip
  }
}

/// What is known to be no secret, though it looks like one: pushes pass over it.
package struct SecretSettings: Sendable, Equatable {
  package var allow: [Allowed] = []

  package struct Allowed: Sendable, Equatable {
    /// The id of a rule of docs/secrets.md.
    package var rule: String
    /// Which files, from the image's root with a slash before it, or which part of its config; `*`, `**` and `?` as in
    /// .dockerignore.
    package var path: String
    /// Why it is no secret, for whoever reviews the roster.
    package var reason: String
  }
}

/// One group of people who share an image, an IAM role and data.
package struct Group: Sendable, Equatable {
  package var name: String
  package var description: String?
  /// The prefixes that the group's role may read.
  package var data: [S3Location]
  /// Debian packages that only this group has.
  package var apt: [String]
  /// R packages, by their CRAN names, that only this group has.
  package var r: [String]
  package var task: TaskSettings
}

/// The Fargate task of a group.
package struct TaskSettings: Sendable, Equatable {
  /// The task definition's family.
  package var family: String
  /// The name or ARN of the IAM role that the containers run under.
  package var role: String
  /// The name or ARN of the role that ECS pulls the image and reads secrets with.
  package var executionRole: String
  /// CPU units: 1024 are one vCPU.
  package var cpu: Int
  /// Memory in MiB.
  package var memory: Int
  /// The TCP port on which the hub listens.
  package var port: Int
}

/// One person.
package struct User: Sendable, Equatable {
  /// The login name.
  package var name: String
  /// The user id, and the id of the user's own Unix group.
  package var uid: Int
  /// The names of the groups whose image has this account, in the file's order.
  package var groups: [String]
  /// Whether the user may administer the hub.
  package var admin: Bool
  /// The person's name, for the GECOS field; nil for none.
  package var fullName: String?
}

/// A place in S3: `s3://bucket/prefix`.
package struct S3Location: Sendable, Equatable, Hashable, CustomStringConvertible {
  package var bucket: String
  /// Without a slash at either end; empty for the whole bucket. May hold `{group}` where the key's rules allow it.
  package var prefix: String

  /// The place with `{group}` replaced.
  func filled(group name: String) -> S3Location {
    S3Location(
      bucket: bucket.replacing("{group}", with: name), prefix: prefix.replacing("{group}", with: name))
  }

  package var description: String { prefix.isEmpty ? "s3://\(bucket)" : "s3://\(bucket)/\(prefix)" }
}

extension Roster {
  /// The users whose account the group's image has, in the order of their ids.
  package func members(of group: Group) -> [User] {
    users.filter { $0.groups.contains(group.name) }.sorted { $0.uid < $1.uid }
  }

  package func group(named name: String) -> Group? {
    groups.first { $0.name == name }
  }

  /// Where the group's notebooks are kept: `notebooks` with `{group}` replaced.
  package func notebooks(of group: Group) -> S3Location? {
    notebooks?.filled(group: group.name)
  }
}

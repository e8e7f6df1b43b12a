import Dockerfiles
import Layers
import Native
import OCI
import Sandboxes

/// Everything that decides what a build makes: with the same request and the same inputs the image has the same digest.
package struct BuildRequest: Sendable {
  package var dockerfile: Dockerfile
  package var context: BuildContext
  /// A stage by name or number; nil for the last.
  package var target: String?
  /// `--build-arg`.
  package var arguments: [String: String]
  /// What stands for an image or a context of that name: `--build-context`.
  package var namedContexts: [String: NamedContext]
  /// By id: `--secret`.
  package var secrets: [String: Secret]
  /// By id, such as `default`, the socket of an SSH agent: `--ssh`.
  package var agents: [String: String] = [:]
  package var platform: Platform
  /// Added to the image's own.
  package var labels: [String: String]
  /// Of the manifest.
  package var annotations: [String: String]
  package var compression: Compression
  /// Seconds since 1970: no file of a layer is newer, and the image was made then.
  package var epoch: Int
  /// Whether steps may come from the cache.
  package var usesCache: Bool
  /// Whether bases are made or fetched anew.
  package var pullsBases: Bool
  /// Whether the blobs of all the image's layers have to be here in the end, and not only be known where they are.
  package var needsLayers = false
  /// Whether each step says why it came from the cache or did not.
  package var explains = false
  /// Whether `RUN --security=insecure` may have what it asks for: `--allow security.insecure`.
  package var allowsInsecure = false
  /// Stages, by name in lower case or by number, whose steps are done anew: `--no-cache-filter`.
  package var uncachedStages: Set<String> = []
  /// What a RUN without a `--network` of its own gets.
  package var network = RunInstruction.Network.default
  /// Of every RUN.
  package var limits = SandboxLimits()

  package init(
    dockerfile: Dockerfile, context: BuildContext, target: String? = nil, arguments: [String: String] = [:],
    namedContexts: [String: NamedContext] = [:], secrets: [String: Secret] = [:], platform: Platform = .host,
    labels: [String: String] = [:], annotations: [String: String] = [:], compression: Compression = .zstd(level: 3),
    epoch: Int = BuildRequest.standardEpoch, usesCache: Bool = true, pullsBases: Bool = false
  ) {
    self.dockerfile = dockerfile
    self.context = context
    self.target = target
    self.arguments = arguments
    self.namedContexts = namedContexts
    self.secrets = secrets
    self.platform = platform
    self.labels = labels
    self.annotations = annotations
    self.compression = compression
    self.epoch = epoch
    self.usesCache = usesCache
    self.pullsBases = pullsBases
  }

  /// The first second of 2026, where `SOURCE_DATE_EPOCH` says nothing else.
  package static let standardEpoch = 1_767_225_600
}

/// What a name in FROM, `COPY --from` or `RUN --mount=from=` stands for instead of an image of that name.
package enum NamedContext: Sendable, Equatable {
  /// A folder of the machine.
  case directory(String)
  /// A base made from a distribution's packages.
  case bootstrap(Bootstrap)
  /// Another image: a reference, `oci:DIR[:TAG]`.
  case image(String)
}

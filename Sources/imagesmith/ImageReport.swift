import Images
import OCI

/// What `inspect --json` prints. The names of the fields are stable.
struct ImageReport: Encodable {
  struct Config: Encodable {
    var user: String?
    var workdir: String?
    var entrypoint: [String]?
    var cmd: [String]?
    var env: [String]?
    var ports: [String]?
    var volumes: [String]?
    var labels: [String: String]?
    var healthcheck: Healthcheck?
    var stopSignal: String?
    var shell: [String]?
    var onBuild: [String]?
  }

  struct Layer: Encodable {
    /// From 1, the lowest.
    var number: Int
    var digest: Digest
    var diffID: DiffID
    var mediaType: MediaType
    /// Bytes of the blob.
    var size: Int
    var createdBy: String?
  }

  struct Step: Encodable {
    var created: String?
    var createdBy: String?
    var comment: String?
    /// The number of the layer that it made.
    var layer: Int?
  }

  struct Base: Encodable {
    var name: String?
    var digest: String?
  }

  var name: String
  var digest: Digest?
  var mediaType: MediaType?
  var platform: String
  var created: String?
  var author: String?
  /// Bytes of all layers' blobs.
  var size: Int
  var config: Config
  var layers: [Layer]
  var history: [Step]
  var annotations: [String: String]
  var base: Base?

  init(_ image: Image) {
    name = image.name
    digest = image.manifest?.descriptor.digest
    mediaType = image.manifest?.descriptor.mediaType
    platform = "\(image.config.platform)"
    created = image.config.created
    author = image.config.author
    size = image.size
    let container = image.config.config
    config = Config(
      user: container?.user, workdir: container?.workingDir, entrypoint: container?.entrypoint, cmd: container?.cmd,
      env: container?.env, ports: container?.exposedPorts?.keys.sorted(), volumes: container?.volumes?.keys.sorted(),
      labels: container?.labels, healthcheck: container?.healthcheck, stopSignal: container?.stopSignal,
      shell: container?.shell, onBuild: container?.onBuild)
    let steps = image.steps
    layers = steps.compactMap { step in
      guard let layer = step.layer, let number = step.number else { return nil }
      return Layer(
        number: number, digest: layer.descriptor.digest, diffID: layer.diffID, mediaType: layer.descriptor.mediaType,
        size: layer.descriptor.size, createdBy: step.history?.createdBy)
    }
    history = steps.compactMap { step in
      step.history.map {
        Step(created: $0.created, createdBy: $0.createdBy, comment: $0.comment, layer: step.number)
      }
    }
    annotations = image.content.annotations ?? [:]
    base = image.base.map { Base(name: $0.name, digest: $0.digest) }
  }
}

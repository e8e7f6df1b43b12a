import ArgumentParser
import Images
import Native

/// `imagesmith inspect`: what an image says of itself.
struct InspectCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show an image's config, its layers, and the step that made each.",
    discussion: """
      \(ImageOptions.help)

      Layers are numbered from the lowest; their sizes are those of the compressed blobs, and a bar marks the big ones. \
      --json prints one object: name, digest, mediaType, platform, created, size, config {user, workdir, entrypoint, cmd, \
      env, ports, volumes, labels, healthcheck, stopSignal, shell, onBuild}, layers [{number, digest, diffID, mediaType, \
      size, createdBy}], history [{created, createdBy, comment, layer}], annotations, base {name, digest}. What an image \
      does not say is left out; sizes are bytes.

      Example:  imagesmith inspect pii
                imagesmith inspect --json docker://debian:trixie | jq .layers
                imagesmith inspect --config oci-archive:image.tar
      """)

  @Argument(help: ArgumentHelp("The image.", valueName: "image"))
  var image: String

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  @Flag(name: .long, help: "Print the manifest, byte for byte.")
  var raw = false

  @Flag(name: .long, help: "Print the config, byte for byte.")
  var config = false

  @OptionGroup var options: ImageOptions

  mutating func validate() throws {
    guard [json, raw, config].count(where: { $0 }) <= 1 else {
      throw ValidationError("--json, --raw and --config are three different outputs: choose one.")
    }
  }

  mutating func run() async throws {
    let image = try await options.image(image)
    if config { return try StandardStream.output.write(image.configDocument.bytes) }
    if raw {
      guard let manifest = image.manifest else {
        throw Failure(.input, "\(image.name) has no manifest: Docker archives have none", hint: "--config is there")
      }
      return try StandardStream.output.write(manifest.bytes)
    }
    if json { return try StandardStream.output.write(json: ImageReport(image)) }
    try StandardStream.output.write(ImageDescription(image, .standardOutput()).text)
  }
}

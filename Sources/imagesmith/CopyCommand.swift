import ArgumentParser
import Images
import Native
import OCI
import Registries

/// `imagesmith copy`: an image, or an index of several, from anywhere to anywhere.
struct CopyCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "copy",
    abstract: "Copy an image between registries, layouts, archives and the local store.",
    discussion: """
      SRC and DST are each a group or a name in the local store, oci:DIR[:TAG], oci-archive:FILE[:TAG], \
      docker-archive:FILE[:NAME], or a reference into a registry: HOST/REPOSITORY[:TAG][@DIGEST], docker://debian:trixie. \
      A reference is looked for in the local store first.

      Manifests, configs and layers stay as they are, byte for byte, so the digest is the same at both ends. Only \
      docker-archive: cannot hold all; what is lost is told. What DST has already is not sent again, and a registry lends \
      blobs between its own repositories. Charts, SBOMs and other artifacts are copied as images are.

      An image of the local store goes to a registry only when no secret is found in it, as by push.

      Of an index one image is copied: this machine's, or that of --platform; with --all the index itself with all that \
      it lists; with --referrers the signatures and bills of materials of each, too. An archive is written anew; a layout and the local store keep the other images that they have.

      Prints HOST/REPOSITORY@sha256:DIGEST for a registry, else NAME sha256:DIGEST. --json prints one object: names, \
      digest, mediaType, platform, and the bytes of blobs that were uploaded, mounted and existing.

      Example:  imagesmith copy --all docker://debian:trixie 127.0.0.1:5000/base/debian:trixie
                imagesmith copy pii oci-archive:pii.tar
                imagesmith copy 127.0.0.1:5000/team/tools@sha256:… 127.0.0.1:5000/other/tools --tag 1.2 --tag latest
      """)

  @Argument(help: ArgumentHelp("The image.", valueName: "src"))
  var source: String

  @Argument(help: ArgumentHelp("Where it is copied to, and by what name.", valueName: "dst"))
  var destination: String

  @Flag(name: .shortAndLong, help: "Copy an index with all its images and attestations.")
  var all = false

  @Option(
    name: .long, help: ArgumentHelp("Of an index, the image for this platform.", valueName: "os/arch"))
  var platform: String?

  @Flag(name: .long, help: "Copy what refers to it, too: signatures, bills of materials.")
  var referrers = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Another tag, or name, for it at DST; may be given several times.", valueName: "tag"))
  var tag: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The local store, an OCI image layout; the project's in this folder if not given.", valueName: "folder"))
  var store = ".imagesmith/images"

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How the copy is shown on stderr: a live display (tty), lines (plain), JSON, or what fits (auto).",
      valueName: "mode"))
  var progress = ProgressMode.auto

  @OptionGroup var output: OutputOptions

  mutating func validate() throws {
    guard !all || platform == nil else {
      throw ValidationError("--all copies every platform, and --platform one: choose one of the two.")
    }
  }

  mutating func run() async throws {
    output.apply()
    let selection: ImageCopy.Selection =
      all ? .all : .platform(try platform.map(PlatformOption.any))
    let ends = try CopyEnds(source, destination, tags: tag, store: store, hasReferrers: referrers)
    if progress == .json { Console.standard.speakJSON() }
    let hold = try ends.hold()
    defer { withExtendedLifetime(hold) {} }
    let copy = ImageCopy(
      try await ends.open(), name: source, selection: selection, hasReferrers: referrers)
    let display = try progress.transferDisplay("Copying \(source)")
    defer { display.finish() }
    let result = try await copy.run(
      to: { try await ends.destination(of: $0) },
      progress: { progress in
        display.show(progress)
        if let text = CopyReport.line(of: progress) { log.debug("\(text)") }
      })
    display.finish()
    try report(result, isToStandardOutput: ends.writesToStandardOutput)
  }

  private func report(_ result: CopyResult, isToStandardOutput: Bool) throws {
    let report = CopyReport(result)
    if let choice = result.choice, choice.count > 1, platform == nil {
      Console.standard.note(
        "\(source) is an index of \(choice.count): this is its image for \(choice.platform); --all copies all")
    }
    for loss in result.outcome?.losses ?? [] { Console.standard.warn(loss) }
    Console.standard.note("\(destination): \(report.summary)")
    guard !isToStandardOutput else { return }
    if output.json {
      try StandardStream.output.write(json: report)
    } else {
      try StandardStream.output.write(report.names.map { $0 + "\n" }.joined())
    }
  }
}

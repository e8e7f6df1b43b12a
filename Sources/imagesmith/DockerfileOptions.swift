import ArgumentParser
import Builds
import FoundationEssentials

/// The arguments of a build that is no group's.
struct DockerfileOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      """
      A folder with a Dockerfile, a tar of one, the address of a tar or of a git repository, or - for a tar or a \
      Dockerfile from stdin; none builds the groups.
      """, valueName: "context"))
  var context: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The Dockerfile, - for stdin; CONTEXT/Dockerfile if not given. In a tar it is a path in there.",
      valueName: "file"))
  var file: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The image's name in the local store: NAME or HOST/REPOSITORY:TAG. May be given several times.",
      valueName: "name"))
  var tag: [String] = []

  @Option(name: .long, help: ArgumentHelp("Build this stage, and what it needs, only.", valueName: "stage"))
  var target: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What the image is for: linux/amd64, linux/arm64. RUN for another machine needs QEMU.", valueName: "platform"))
  var platform: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What stands for an image or a context of that name: a folder, oci:DIR:TAG, a reference. May be given several times.",
      valueName: "name=value"))
  var buildContext: [String] = []

  @Option(name: .long, help: ArgumentHelp("A label of the image. May be given several times.", valueName: "name=value"))
  var label: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("An annotation of the image's manifest. May be given several times.", valueName: "name=value"))
  var annotation: [String] = []

  /// Whether any of them is given that only this kind of build has.
  var isGiven: Bool {
    context != nil || file != nil || target != nil || platform != nil
      || !(tag.isEmpty && buildContext.isEmpty && label.isEmpty && annotation.isEmpty)
  }

  /// The image's names, the first of which is printed.
  func names() throws -> [String] { try tag.map(TagName.parse) }

  /// What is to be built.
  ///
  /// - Throws: `Failure`, `BuildError`, `DockerfileError` for an input that cannot be had or is wrong.
  func request(_ context: String, _ options: BuildOptions, cache: BuildCache) async throws -> BuildRequest {
    let input = try await BuildInput.open(context: context, file: file, cache: cache, options.run)
    var request = BuildRequest(dockerfile: input.dockerfile, context: input.context)
    try options.apply(to: &request)
    request.target = target
    if let platform { request.platform = try PlatformOption.parse(platform) }
    request.labels = try NameValue.pairs(label, option: "--label", or: "")
    request.annotations = try AnnotationOption.parse(annotation, for: request.platform)
    request.namedContexts = try NameValue.pairs(buildContext, option: "--build-context").mapValues { value in
      var isDirectory = false
      let exists = FileManager.default.fileExists(atPath: value, isDirectory: &isDirectory)
      if exists && isDirectory { return .directory(value) }
      if value.hasPrefix("docker-image://") { return .image(String(value.dropFirst("docker-image://".count))) }
      if value.hasPrefix("oci-layout://") { return .image("oci:" + value.dropFirst("oci-layout://".count)) }
      return .image(value)
    }
    return request
  }
}

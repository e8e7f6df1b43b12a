import ArgumentParser
import Builds
import Dockerfiles
import Foundation
import OCI

/// The arguments of a build that is no group's.
struct DockerfileOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("A folder with a Dockerfile; none builds the groups.", valueName: "context"))
  var context: String?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The Dockerfile; CONTEXT/Dockerfile if not given.", valueName: "file"))
  var file: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("The image's tag in the local store.", valueName: "name"))
  var tag = "latest"

  @Option(name: .long, help: ArgumentHelp("Build this stage, and what it needs, only.", valueName: "stage"))
  var target: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What stands for an image or a context of that name: a folder, oci:DIR:TAG, a reference. May be given several times.",
      valueName: "name=value"))
  var buildContext: [String] = []

  @Option(name: .long, help: ArgumentHelp("A label of the image. May be given several times.", valueName: "name=value"))
  var label: [String] = []

  /// Builds, and returns the tag and the image's digest.
  func build(_ context: String, _ options: BuildOptions) async throws -> (String, Digest) {
    guard Reference.isTag(tag) else {
      throw Failure(.usage, "--tag \(tag) is no tag of the local store", hint: "letters, digits, '_', '.' and '-' only")
    }
    let file = file ?? context + "/Dockerfile"
    guard let bytes = try? Data(contentsOf: URL(filePath: file)) else {
      throw Failure(.input, "\(file) cannot be read", hint: "name the Dockerfile: --file FILE")
    }
    var request = BuildRequest(
      dockerfile: try Dockerfile.parse(bytes: bytes, file: file),
      context: try BuildContext(directory: context, dockerfile: file))
    try options.apply(to: &request)
    request.target = target
    request.labels = try NameValue.pairs(label, option: "--label")
    request.namedContexts = try NameValue.pairs(buildContext, option: "--build-context").mapValues { value in
      var isDirectory: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: value, isDirectory: &isDirectory)
      return exists && isDirectory.boolValue ? .directory(value) : .image(value)
    }
    let warnings = try DockerfileCheck.warnings(of: request)
    defer { warnings.forEach(Console.standard.note) }
    let store = try LocalStore(directory: ".imagesmith/images")
    return (
      tag,
      try await store.build(
        request, tag: tag, isolation: options.isolation.chosen(), progress: BuildProgress(name: "")
      ).manifest.digest
    )
  }
}

import ArgumentParser
import OCI

/// The options about where an image goes, and what is told of it.
struct ExportOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      """
      Write the image there, and not into the local store: type=oci|oci-archive|docker|local|tar,dest=PATH, a folder for \
      its files, or - for a tar of them to stdout. May be given several times.
      """, valueName: "output"))
  var output: [String] = []

  @Flag(name: .long, help: "Keep the image in the local store too, where --output is given.")
  var load = false

  @Option(name: .long, help: ArgumentHelp("Write the image's digest to this file.", valueName: "file"))
  var iidfile: String?

  @Option(
    name: .long, help: ArgumentHelp("Write the image's digests and name to this file, as JSON.", valueName: "file"))
  var metadataFile: String?

  /// Whether any of them is given: they are about one image.
  var isGiven: Bool { !output.isEmpty || load || iidfile != nil || metadataFile != nil }

  /// - Throws: `Failure` also when two of them go to stdout.
  func exports() throws -> [ExportOption] {
    let exports = try output.map(ExportOption.parse)
    guard exports.filter(\.isStandardOutput).count <= 1 else {
      throw Failure(.usage, "two of --output go to stdout", hint: "name a file for one of them: dest=FILE")
    }
    return exports
  }
}

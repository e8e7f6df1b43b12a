import ArgumentParser
import Images
import Native

/// `imagesmith diff`: what differs between two images.
struct DiffCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show what differs between two images: config, packages, files.",
    discussion: """
      Files are compared by type, content, mode, owner and extended attributes, not by their times. Layers that both images \
      have are not read, unless those upon them need it. Packages are those of dpkg, pip and R. Exits with 0 when the \
      images are the same in what was looked at, with 2 when they differ.

      Biggest changes come first. What stands in a directory that only one image has is shown as one line; --recursive \
      shows each file. --json prints one object: config [{field, before, after}], packages [{manager, name, before, \
      after}], files [{path, change (added, removed, changed), differs, before, after}], before and after each {type, mode, \
      uid, gid, size, target}.

      \(ImageOptions.help)

      Example:  imagesmith diff pii nonpii
                imagesmith diff --packages 123456789012.dkr.ecr.us-east-1.amazonaws.com/hub/pii:v1 pii
      """)

  @Argument(help: ArgumentHelp("The image before.", valueName: "a"))
  var before: String

  @Argument(help: ArgumentHelp("The image after.", valueName: "b"))
  var after: String

  @Flag(name: .long, help: "Compare the configs only, and read no layer.")
  var configOnly = false

  @Flag(name: .long, help: "Show files only.")
  var files = false

  @Flag(name: .long, help: "Show packages only.")
  var packages = false

  @Flag(name: [.customShort("R"), .long], help: "Show each file of a directory that only one image has.")
  var recursive = false

  @Flag(name: .long, help: "Print one JSON object.")
  var json = false

  @OptionGroup var options: ImageOptions

  mutating func validate() throws {
    guard [configOnly, files, packages].count(where: { $0 }) <= 1 else {
      throw ValidationError("--config-only, --files and --packages are three different outputs: choose one.")
    }
  }

  mutating func run() async throws {
    let before = try await options.image(before)
    let after = try await options.image(after)
    var difference = try await ImageComparison(before, after).difference(comparesFiles: !configOnly)
    if files || packages { difference.config = [] }
    if files { difference.packages = [] }
    if packages { difference.files = [] }
    if json {
      try StandardStream.output.write(json: DifferenceReport(difference))
    } else {
      let text = DifferenceText(difference, before, after, isRecursive: recursive, .standardOutput())
      try StandardStream.output.write(text.text)
    }
    guard difference.config.isEmpty, difference.files.isEmpty, difference.packages.isEmpty else {
      throw Failure(.difference, nil)
    }
    Console.standard.note("\(before.name) and \(after.name) do not differ")
  }
}

import ArgumentParser
import FoundationEssentials
import Native
import Recipes
import Rosters

/// `imagesmith generate`: users.yaml to `images/GROUP/`.
struct GenerateCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Write each group's Dockerfile and build context from users.yaml.",
    discussion: """
      The same roster gives the same bytes. Commit what is written: it is reviewed like code, and `docker build \
      images/GROUP` takes it as it is.

      Example:  imagesmith generate --check      exits with 2 and shows a diff when images/ is not what users.yaml says
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var output: OutputOptions

  @Flag(name: .long, help: "Write nothing; show what differs, and exit with 2 if anything does.")
  var check = false

  mutating func run() async throws {
    output.apply()
    let project = try project.project()
    // All recipes first: nothing is written when one cannot be made.
    let groups = try project.groups.map {
      (group: $0, recipe: try project.recipe(of: $0), drift: try project.drift(of: $0))
    }
    if check { return try Self.check(groups.map(\.drift)) }
    for (group, recipe, drift) in groups {
      let folder = project.context(of: group)
      for change in drift.changes where change.kind == .extra {
        try FileManager.default.removeItem(atPath: "\(folder)/\(change.path)")
      }
      let changed = Set(drift.changes.map(\.path))
      for file in recipe.files where changed.contains(file.path) { try Self.write(file, to: folder) }
      let count = changed.count
      Console.standard.note(
        "images/\(group.name): " + (count == 0 ? "nothing to change" : "\(count) file\(count == 1 ? "" : "s") written"))
    }
  }

  /// Prints what differs.
  ///
  /// - Throws: `Failure` with code `difference` if anything does.
  static func check(_ drifts: [RecipeDrift]) throws {
    let text = drifts.map(\.description).joined()
    guard !text.isEmpty else { return Console.standard.note("images/ is what users.yaml says") }
    try StandardStream.output.write(text)
    throw Failure(.difference, "images/ is not what users.yaml says", hint: "imagesmith generate, and commit images/")
  }

  private static func write(_ file: RecipeFile, to folder: String) throws {
    let url = URL(filePath: "\(folder)/\(file.path)")
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(file.bytes).write(to: url, options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: Int(file.mode.rawValue)], ofItemAtPath: url.path)
  }
}

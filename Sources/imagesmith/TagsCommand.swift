import AWS
import ArgumentParser
import Native
import OCI
import Registries

/// `imagesmith tags`: what a repository has.
struct TagsCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "tags",
    abstract: "List the tags of a repository.",
    discussion: """
      One a line, sorted. --json prints one object: registry, \
      repository, tags.

      Example:  imagesmith tags docker.io/library/debian
                imagesmith tags --json 127.0.0.1:5000/jupyterhub/pii | jq -r '.tags[]'
      """)

  @Argument(help: ArgumentHelp("The repository.", valueName: "host/repository"))
  var repository: String

  @OptionGroup var output: OutputOptions

  private struct Report: Encodable {
    var registry: String
    var repository: String
    var tags: [String]
  }

  mutating func run() async throws {
    output.apply()
    let reference = try Self.parse(repository)
    let tags = try await RegistryAccess.client(for: reference.registry).tags(of: reference).sorted()
    guard output.json else { return try StandardStream.output.write(tags.map { $0 + "\n" }.joined()) }
    try StandardStream.output.write(
      json: Report(registry: reference.registry, repository: reference.repository, tags: tags))
  }

  private static func parse(_ text: String) throws -> Reference {
    let bare = text.hasPrefix("docker://") ? String(text.dropFirst(9)) : text
    let reference: Reference
    do throws(ReferenceError) { reference = try Reference(parsing: bare) } catch {
      throw Failure(.usage, error.message, hint: error.hint)
    }
    // Without a tag the reference means `latest`; one that was written is one too many.
    guard reference.digest == nil, !bare.hasSuffix(":\(reference.tag ?? "")")
    else {
      throw Failure(
        .usage, "\(text) names one image, not a repository",
        hint: "write \(reference.registry)/\(reference.repository)")
    }
    return reference
  }
}

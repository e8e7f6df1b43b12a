import ArgumentParser

/// What docker's users give by habit, and what changes nothing here: accepted, and told to be so.
struct IgnoredOptions: ParsableArguments {
  @Flag(name: .customLong("rm"), help: .hidden) var removesContainers = false
  @Flag(name: .customLong("force-rm"), help: .hidden) var alwaysRemovesContainers = false
  @Flag(name: .customLong("compress"), help: .hidden) var compressesContext = false
  @Flag(name: .customLong("disable-content-trust"), help: .hidden) var disablesContentTrust = false
  @Option(name: .customLong("provenance"), help: .hidden) var provenance: String?
  @Option(name: .customLong("sbom"), help: .hidden) var sbom: String?
  @Option(name: .customLong("builder"), help: .hidden) var builder: String?

  @Flag(name: .customLong("push"), help: .hidden) var pushes = false

  /// Those that are given, as they are written.
  var given: [String] {
    let flags = [
      ("--rm", removesContainers), ("--force-rm", alwaysRemovesContainers), ("--compress", compressesContext),
      ("--disable-content-trust", disablesContentTrust),
    ]
    let options = [("--provenance", provenance), ("--sbom", sbom), ("--builder", builder)]
    return flags.filter(\.1).map(\.0) + options.filter { $0.1 != nil && $0.1 != "false" }.map(\.0)
  }

  /// - Throws: `Failure` for `--push`, which cannot be ignored.
  func tell() throws {
    guard !pushes else {
      throw Failure(.usage, "--push: a build keeps its image here", hint: "build without it, then: imagesmith push")
    }
    if !given.isEmpty { Console.standard.note("\(given.joined(separator: ", ")): nothing to do, as no daemon builds") }
  }
}

import ArgumentParser

/// Where a build finds the steps of other machines' builds, and leaves its own for them.
struct CacheOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Take steps from there, too: type=registry,ref=REF, or REF alone; type=local,src=DIR. Their layers are fetched only if \
      a step reads them. May be given several times.
      """, valueName: "cache"))
  var cacheFrom: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Leave steps there for other machines: type=registry,ref=REF or type=local,dest=DIR, with mode=min for those of the \
      last stage alone, mounts=true for the folders of RUN --mount=type=cache, ignore-error=false to fail where it cannot \
      be written. May be given several times.
      """, valueName: "cache"))
  var cacheTo: [String] = []

  /// - Throws: `Failure` for what is not understood.
  func sources() throws -> [CacheOption] { try cacheFrom.map { try CacheOption.parse($0, .from) } }

  /// - Throws: `Failure` for what is not understood.
  func targets() throws -> [CacheOption] { try cacheTo.map { try CacheOption.parse($0, .to) } }
}

/// Docker's flags take a value, `--no-cache=true`; here they are there or not.
enum BooleanFlags {
  private static let names: Set<String> = [
    "--no-cache", "--pull", "--quiet", "-q", "--load", "--rm", "--force-rm", "--compress", "--disable-content-trust",
    "--push",
    "--check", "--json", "--verbose",
  ]

  /// The arguments, each flag with a true value without it, and those with a false one left out. What follows `--` stays.
  static func normalized(_ arguments: some Sequence<String>) -> [String] {
    var isOver = false
    return arguments.compactMap { argument in
      isOver = isOver || argument == "--"
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard !isOver, parts.count == 2, names.contains(parts[0]) else { return argument }
      switch parts[1] {
      case "1", "t", "T", "true", "TRUE", "True": return parts[0]
      case "0", "f", "F", "false", "FALSE", "False": return nil
      default: return argument
      }
    }
  }
}

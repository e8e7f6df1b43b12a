/// An instruction as it would be carried out: with the variables of its stage.
struct CheckedStep {
  /// A variable that nothing sets.
  struct Unset: Hashable {
    let name: String
    /// The nearest name that is set.
    let suggestion: String?

    /// Names in capitals are what images set; one that is nearly another is more likely a slip.
    var mayComeFromBase: Bool { suggestion == nil && name == name.uppercased() }
  }

  let stage: Int
  let instruction: Instruction
  /// The working directory before the instruction, without `.` and `..`; absolute, as if the base's were `/`.
  let directory: String
  /// Whether the file itself has a WORKDIR before the instruction, in its stage or one below.
  let hasWorkdir: Bool
  /// The same of SHELL.
  let hasShell: Bool
  /// What has no value and no default, each once.
  var unset: [Unset] = []
  /// Expanded: the sources of COPY and ADD, the path of WORKDIR, the words of EXPOSE.
  var words: [String] = []
  /// Of COPY and ADD, absolute.
  var destination: String?
  /// Of a RUN.
  var commands: [[String]] = []
  /// The targets of a RUN's mounts that keep nothing in the layer.
  var mounts: [String] = []
  /// The names of the variables of a RUN that turn a package manager's cache off.
  var settings: Set<String> = []

  /// A path as the instruction means it.
  func absolute(_ path: String) -> String { CleanPath.of(path.hasPrefix("/") ? path : "\(directory)/\(path)") }
}

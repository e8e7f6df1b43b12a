/// One of the things that decide a step's outcome, as a person knows it.
enum StepInput: Hashable, Sendable {
  /// The tree that the step stands on.
  case below
  /// Compression, epoch and platform.
  case settings
  /// The instruction's own words, expanded.
  case instruction
  /// A variable of the environment that ENV or the base has set.
  case environment(String)
  /// A variable that ARG has declared.
  case argument(String)
  case user
  case workingDirectory
  /// By where it is mounted.
  case mount(String)
  /// A file that is copied, by its path in the source.
  case file([UInt8])
  /// Files beyond those that a record has room for.
  case moreFiles

  /// What says which sort of input it is in a record.
  var code: UInt8 {
    switch self {
    case .below: 1
    case .settings: 2
    case .instruction: 3
    case .environment: 4
    case .argument: 5
    case .user: 6
    case .workingDirectory: 7
    case .mount: 8
    case .file: 9
    case .moreFiles: 10
    }
  }

  /// What tells it from others of its sort.
  var name: [UInt8] {
    switch self {
    case .environment(let name), .argument(let name), .mount(let name): Array(name.utf8)
    case .file(let path): path
    default: []
    }
  }

  /// Nil for a code that no input has.
  init?(code: UInt8, name: some Collection<UInt8>) {
    let text = { String(decoding: name, as: UTF8.self) }
    switch code {
    case 1: self = .below
    case 2: self = .settings
    case 3: self = .instruction
    case 4: self = .environment(text())
    case 5: self = .argument(text())
    case 6: self = .user
    case 7: self = .workingDirectory
    case 8: self = .mount(text())
    case 9: self = .file(Array(name))
    case 10: self = .moreFiles
    default: return nil
    }
  }
}

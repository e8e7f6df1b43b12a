/// Why a step was done anew: the first of its inputs that is not what it was.
struct StepExplanation: Sendable {
  /// What a person calls the steps before.
  struct Surroundings: Sendable {
    /// The number of the last step in the stage that was made anew, or is another than before.
    var changedStep: Int?
    /// Whether the stage stands on another base than before.
    var hasNewBase: Bool
  }

  var surroundings: Surroundings

  /// The first difference between two records of one step; nil when there is none.
  func firstDifference(from old: StepInputs, to new: StepInputs) -> String? {
    guard old != new, let before = old.entries(), let now = new.entries() else { return nil }
    for (one, other) in zip(before, now) where one != other {
      if one.input == other.input { return change(from: one, to: other) }
      if !before.contains(where: { $0.input == other.input }) { return addition(of: other.input) }
      if !now.contains(where: { $0.input == one.input }) { return removal(of: one.input) }
      return "\(name(of: other.input)) comes at another place"
    }
    if now.count > before.count { return addition(of: now[before.count].input) }
    if before.count > now.count { return removal(of: before[now.count].input) }
    return nil
  }

  private func change(from old: StepInputs.Entry, to new: StepInputs.Entry) -> String {
    switch new.input {
    case .below:
      if let step = surroundings.changedStep { return "the step before it was made anew (step \(step))" }
      return surroundings.hasNewBase ? "the base has other layers" : "the files below it are others"
    case .file(let path):
      guard let before = CopiedFile(detail: old.detail), let now = CopiedFile(detail: new.detail) else { break }
      return Self.change(of: Self.text(path), from: before, to: now)
    case .moreFiles: return "some of the files that it copies have changed (too many to keep a record of each)"
    default: break
    }
    return "\(name(of: new.input)) changed"
  }

  private static func change(of path: String, from old: CopiedFile, to new: CopiedFile) -> String {
    if old.type != new.type {
      return "\(path) was \(CopiedFile.name(ofType: old.type)) and is \(CopiedFile.name(ofType: new.type))"
    }
    if old.mode != new.mode { return "the mode of \(path) changed: \(octal(old.mode)) -> \(octal(new.mode))" }
    if old.uid != new.uid || old.gid != new.gid {
      return "the owner of \(path) changed: \(old.uid):\(old.gid) -> \(new.uid):\(new.gid)"
    }
    if old.content != new.content {
      return new.type == UInt8(ascii: "l") ? "the link \(path) leads elsewhere" : "the content of \(path) changed"
    }
    return "the extended attributes of \(path) changed"
  }

  private func addition(of input: StepInput) -> String { "\(name(of: input)) is new" }

  private func removal(of input: StepInput) -> String { "\(name(of: input)) is gone" }

  private func name(of input: StepInput) -> String {
    switch input {
    case .below: "the tree below it"
    case .settings: "compression, time or platform"
    case .instruction: "the instruction"
    case .environment(let name): "the environment variable \(name)"
    case .argument(let name): "the build argument \(name)"
    case .user: "the USER"
    case .workingDirectory: "the WORKDIR"
    case .mount(let target): "the mount at \(target), or what it shows,"
    case .file(let path): "the file \(Self.text(path))"
    case .moreFiles: "a file"
    }
  }

  private static func text(_ path: [UInt8]) -> String { path.isEmpty ? "." : String(decoding: path, as: UTF8.self) }

  private static func octal(_ mode: UInt32) -> String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

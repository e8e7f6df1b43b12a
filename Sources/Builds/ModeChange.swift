/// The value of `--chmod`: an octal mode, or a symbolic one such as `u=rwX,go=rX`.
///
/// Source: chmod(1), POSIX.1-2017 `chmod`, "Extended description"; the file creation mask is 022.
struct ModeChange: Sendable {
  private struct Clause: Sendable {
    /// The bits of the classes that it is for, special bits included.
    var who: UInt32
    /// Nobody was named: all, but for what the mask keeps back.
    var isMasked: Bool
    var action: Character
    var letters: [Character]
  }

  /// As written.
  let text: String
  private let octal: UInt32?
  private let clauses: [Clause]

  /// Nil when it is neither.
  init?(_ text: String) {
    self.text = text
    if let mode = UInt32(text, radix: 8), text.first != "+" {
      guard mode <= 0o7777 else { return nil }
      octal = mode
      clauses = []
      return
    }
    octal = nil
    var clauses: [Clause] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let classes = part.prefix { "ugoa".contains($0) }
      var rest = part.dropFirst(classes.count)
      guard !rest.isEmpty else { return nil }
      let who = classes.isEmpty ? 0o7777 : classes.reduce(0) { $0 | Self.bits(ofClass: $1) }
      while let action = rest.popFirst() {
        let letters = Array(rest.prefix { !"+-=".contains($0) })
        let isCopy = letters.count == 1 && "ugo".contains(letters[0])
        guard "+-=".contains(action), isCopy || letters.allSatisfy("rwxXst".contains) else { return nil }
        rest = rest.dropFirst(letters.count)
        clauses.append(Clause(who: who, isMasked: classes.isEmpty, action: action, letters: letters))
      }
    }
    self.clauses = clauses
  }

  /// What becomes of the permission bits of a file or folder.
  func applied(to mode: UInt32, isDirectory: Bool) -> UInt32 {
    if let octal { return octal }
    return clauses.reduce(mode) { Self.apply($1, to: $0, isDirectory) }
  }

  private static func apply(_ clause: Clause, to mode: UInt32, _ isDirectory: Bool) -> UInt32 {
    var bits: UInt32 = 0
    for letter in clause.letters {
      switch letter {
      case "r": bits |= 0o444
      case "w": bits |= 0o222
      case "x": bits |= 0o111
      case "X": if isDirectory || mode & 0o111 != 0 { bits |= 0o111 }
      case "s": bits |= 0o6000
      case "t": bits |= 0o1000
      case "u": bits |= (mode >> 6 & 7) * 0o111
      case "g": bits |= (mode >> 3 & 7) * 0o111
      default: bits |= (mode & 7) * 0o111
      }
    }
    let who = clause.isMasked ? clause.who & ~0o022 : clause.who
    switch clause.action {
    case "+": return mode | bits & who
    case "-": return mode & ~(bits & who)
    default:
      // The special bits of a folder stay, as of chmod, unless they are named.
      let cleared = isDirectory ? clause.who & ~0o6000 : clause.who
      return mode & ~cleared | bits & who
    }
  }

  private static func bits(ofClass letter: Character) -> UInt32 {
    switch letter {
    case "u": 0o4700
    case "g": 0o2070
    case "o": 0o1007
    default: 0o7777
    }
  }
}

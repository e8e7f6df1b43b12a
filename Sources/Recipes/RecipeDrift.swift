/// What must change in `images/<group>/` for it to be what the roster says: files that are missing, that differ in
/// contents or mode, and files that nothing generates any more.
package struct RecipeDrift: Sendable, Equatable, CustomStringConvertible {
  package struct Change: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
      case missing
      case contents
      case mode
      /// Found, and not generated: to delete.
      case extra
    }

    /// From the group's folder.
    package let path: String
    package let kind: Kind
    /// For people: a unified diff, or a line that says what is wrong. Ends with a newline.
    package let explanation: String
  }

  /// By path; a file that differs in contents and mode has two.
  package let changes: [Change]

  package var isEmpty: Bool { changes.isEmpty }

  /// Everything that differs, ready to print; empty when nothing does.
  package var description: String { changes.map(\.explanation).joined() }

  /// `found` are the regular files of the folder, with paths from it: what is something else, such as a link, is not
  /// given, and so counts as missing. `folder` is what the diff calls it, such as `images/pii`.
  package init(recipe: Recipe, found: [RecipeFile], folder: String) {
    let generated = Dictionary(recipe.files.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    let onDisk = Dictionary(found.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    changes = Set(generated.keys).union(onDisk.keys).sorted().flatMap { path in
      Self.changes(at: path, folder: folder, from: onDisk[path], to: generated[path])
    }
  }

  private static func changes(at path: String, folder: String, from old: RecipeFile?, to new: RecipeFile?) -> [Change] {
    let name = "\(folder)/\(path)"
    func diff() -> String {
      difference(
        of: path, from: old?.bytes ?? [], to: new?.bytes ?? [], oldName: old == nil ? "/dev/null" : name,
        newName: new == nil ? "/dev/null" : "generated", subject: name)
    }
    switch (old, new) {
    case (nil, nil):
      return []
    case (nil, .some):
      return [Change(path: path, kind: .missing, explanation: "\(name) is missing\n" + diff())]
    case (.some, nil):
      return [Change(path: path, kind: .extra, explanation: "\(name) is not generated from users.yaml: delete it\n")]
    case (.some(let old), .some(let new)):
      var changes: [Change] = []
      if old.bytes != new.bytes {
        changes.append(Change(path: path, kind: .contents, explanation: diff()))
      }
      if old.mode != new.mode {
        let modes = "\(old.mode.octal), generated \(new.mode.octal)"
        changes.append(Change(path: path, kind: .mode, explanation: "mode of \(name): \(modes)\n"))
      }
      return changes
    }
  }

  /// A unified diff, but for texts that may hold a password's hash, and for what is no text.
  private static func difference(
    of path: String, from old: [UInt8], to new: [UInt8], oldName: String, newName: String, subject: String
  ) -> String {
    guard path != "accounts/shadow" else {
      return "\(subject) differs; it is not shown here, because it may hold hashes of passwords\n"
    }
    guard let old = String(validating: old, as: UTF8.self), let new = String(validating: new, as: UTF8.self) else {
      return "\(subject) differs, and is not text\n"
    }
    return UnifiedDiff(old: old, new: new, oldName: oldName, newName: newName).description
  }
}

extension RecipeFile.Mode {
  fileprivate var octal: String { "0" + String(rawValue, radix: 8) }
}

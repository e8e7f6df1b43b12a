import Foundation
import Recipes
import Rosters

/// A team's repository: the roster, and the folders that go with it.
struct Project: Sendable {
  let roster: Roster
  /// The groups that were asked for, in the roster's order.
  let groups: [Group]
  /// The roster, as the user names it.
  let file: String
  /// The folder that holds the roster; absolute.
  let directory: String

  /// `images/GROUP`: the group's build context.
  func context(of group: Group) -> String { "\(directory)/images/\(group.name)" }
  /// The local store: an OCI image layout with a tag for each group.
  var store: String { "\(directory)/.imagesmith/images" }

  /// Reads the roster.
  ///
  /// - Throws: `RosterError` with all problems at once; `Failure` when there is no such file, or no such group.
  init(file: String, groups names: [String]) throws {
    self.file = file
    let url = URL(filePath: file).standardized
    guard let data = try? Data(contentsOf: url) else {
      throw Failure(
        .input, "\(file): the roster cannot be read",
        hint: "call imagesmith in the folder that holds users.yaml, or name the file: --roster FILE")
    }
    roster = try RosterReader(file: file).read(Array(data))
    directory = url.deletingLastPathComponent().path
    for name in names where roster.group(named: name) == nil {
      let known = roster.groups.map(\.name).joined(separator: ", ")
      throw Failure(.usage, "there is no group \(name) in \(file)", hint: "the groups are \(known)")
    }
    groups = names.isEmpty ? roster.groups : roster.groups.filter { names.contains($0.name) }
  }

  /// What `images/GROUP` should hold.
  func recipe(of group: Group) throws -> Recipe {
    var lock: PythonLock?
    if let path = roster.image.python {
      guard let data = try? Data(contentsOf: URL(filePath: "\(directory)/\(path)")) else {
        throw Failure(
          .input, "\(path): the Python lock file cannot be read",
          hint: "make it with pip-compile --generate-hashes, or correct image.python in users.yaml")
      }
      lock = try PythonLock(path: path, bytes: Array(data))
    }
    return try Recipe(roster: roster, group: group, lock: lock)
  }

  /// How `images/GROUP` differs from the recipe.
  func drift(of group: Group) throws -> RecipeDrift {
    let folder = context(of: group)
    let paths = FileManager.default.subpaths(atPath: folder) ?? []
    let found = try paths.compactMap { path -> RecipeFile? in
      let whole = "\(folder)/\(path)"
      let attributes = try FileManager.default.attributesOfItem(atPath: whole)
      guard attributes[.type] as? FileAttributeType == .typeRegular else { return nil }
      let permissions = (attributes[.posixPermissions] as? NSNumber)?.uint32Value ?? 0
      return RecipeFile(
        path: path, bytes: Array(try Data(contentsOf: URL(filePath: whole))), permissions: permissions)
    }
    return RecipeDrift(recipe: try recipe(of: group), found: found, folder: "images/\(group.name)")
  }
}

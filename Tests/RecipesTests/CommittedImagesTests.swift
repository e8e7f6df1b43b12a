import Foundation
import Recipes
import Rosters
import Testing

/// `images/` in this repository is what its own roster generates.
@Suite struct CommittedImagesTests {
  @Test func areWhatTheRosterGenerates() throws {
    let roster = try RosterReader().read(Data(contentsOf: Place.repository.appending(path: "users.yaml")))
    let lock = try Place.lock()
    #expect(roster.image.python == lock.path)
    for group in roster.groups {
      let folder = Place.repository.appending(path: "images/\(group.name)")
      let recipe = try Recipe(roster: roster, group: group, lock: lock)
      let drift = try RecipeDrift(recipe: recipe, found: files(in: folder), folder: "images/\(group.name)")
      #expect(drift.description == "")
    }
  }

  @Test func haveNoFolderOfAGroupThatIsGone() throws {
    let roster = try RosterReader().read(Data(contentsOf: Place.repository.appending(path: "users.yaml")))
    let images = Place.repository.appending(path: "images")
    let folders = try FileManager.default.contentsOfDirectory(at: images, includingPropertiesForKeys: [.isDirectoryKey])
      .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
    #expect(Set(folders.map(\.lastPathComponent)) == Set(roster.groups.map(\.name)))
  }

  private func files(in folder: URL) throws -> [RecipeFile] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).compactMap { path in
      let file = folder.appending(path: path)
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
      guard attributes[.type] as? FileAttributeType == .typeRegular else { return nil }
      let permissions = try #require(attributes[.posixPermissions] as? NSNumber)
      return RecipeFile(path: path, bytes: Array(try Data(contentsOf: file)), permissions: permissions.uint32Value)
    }
  }
}

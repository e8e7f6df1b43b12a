import Foundation
import Recipes
import Testing

/// `images/` in this repository is what its own roster generates.
@Suite struct CommittedImagesTests {
  @Test(arguments: ["pii", "nonpii"])
  func isWhatTheRosterGenerates(_ group: String) throws {
    let folder = Place.repository.appending(path: "images/\(group)")
    let recipe = try SampleRoster.recipe(group: group, lock: Place.lock())
    let drift = try RecipeDrift(recipe: recipe, found: files(in: folder), folder: "images/\(group)")
    #expect(drift.description == "")
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

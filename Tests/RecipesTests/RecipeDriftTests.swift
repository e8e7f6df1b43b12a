import Testing

@testable import Recipes

@Suite struct RecipeDriftTests {
  private func drift(_ change: (inout [RecipeFile]) -> Void) throws -> RecipeDrift {
    let recipe = try SampleRoster.recipe()
    var found = recipe.files
    change(&found)
    return RecipeDrift(recipe: recipe, found: found, folder: "images/pii")
  }

  private func index(_ path: String, in files: [RecipeFile]) -> Int {
    files.firstIndex { $0.path == path } ?? files.endIndex
  }

  @Test func noneInWhatWasGenerated() throws {
    let drift = try drift { $0.reverse() }
    #expect(drift.isEmpty)
    #expect(drift.description == "")
  }

  @Test func changedContentsAreShownAsADiff() throws {
    let drift = try drift { files in
      files[index("files/pam-jupyterhub", in: files)].bytes += Array("auth optional pam_permit.so\n".utf8)
    }
    #expect(drift.changes.map(\.kind) == [.contents])
    #expect(drift.description.hasPrefix("--- images/pii/files/pam-jupyterhub\n+++ generated\n@@ "))
    #expect(drift.description.hasSuffix("\n-auth optional pam_permit.so\n"))
  }

  @Test func aMissingFileIsShownWhole() throws {
    let drift = try drift { $0.removeAll { $0.path == "accounts/group" } }
    #expect(drift.changes.map(\.kind) == [.missing])
    #expect(
      drift.description.hasPrefix("images/pii/accounts/group is missing\n--- /dev/null\n+++ generated\n@@ -0,0 +1,"))
  }

  @Test func aFileThatNothingGeneratesIsToBeDeleted() throws {
    let drift = try drift { $0.append(RecipeFile(path: "files/old.py", bytes: Array("secret".utf8))) }
    #expect(drift.changes.map(\.kind) == [.extra])
    #expect(drift.description == "images/pii/files/old.py is not generated from users.yaml: delete it\n")
  }

  @Test func modesCountAsGitKeepsThem() throws {
    let lost = try drift { files in
      let index = index("files/entrypoint", in: files)
      files[index] = RecipeFile(path: files[index].path, bytes: files[index].bytes, permissions: 0o640)
    }
    #expect(lost.changes.map(\.kind) == [.mode])
    #expect(lost.description == "mode of images/pii/files/entrypoint: 0644, generated 0755\n")
    let umask = try drift { files in
      files = files.map {
        RecipeFile(path: $0.path, bytes: $0.bytes, permissions: $0.mode == .executable ? 0o700 : 0o664)
      }
    }
    #expect(umask.isEmpty)
  }

  @Test func contentsAndModeAreTwoChanges() throws {
    let drift = try drift { files in files[0] = RecipeFile(path: "Dockerfile", bytes: [], mode: .executable) }
    #expect(drift.changes.map(\.kind) == [.contents, .mode])
  }

  @Test func hashesOfPasswordsAreNotShown() throws {
    let drift = try drift { files in
      files[index("accounts/shadow", in: files)].bytes = Array("user1:$y$j9T$salt$hash:::::::\n".utf8)
    }
    #expect(drift.changes.map(\.kind) == [.contents])
    #expect(!drift.description.contains("$y$"))
  }

  @Test func whatIsNoTextIsNotShown() throws {
    let drift = try drift { $0[0].bytes = [0xff, 0x00] }
    #expect(drift.description == "images/pii/Dockerfile differs, and is not text\n")
  }
}

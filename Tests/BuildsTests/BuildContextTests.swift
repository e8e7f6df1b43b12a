import Foundation
import Testing

@testable import Builds

/// The folder that COPY takes files from.
struct BuildContextTests {
  @Test("is known by the same absolute path, whichever way it is named")
  func absolute() throws {
    let folder = try TemporaryFolder()
    let upward = FileManager.default.currentDirectoryPath.split(separator: "/").map { _ in ".." }.joined(separator: "/")
    #expect(try BuildContext(directory: upward + folder.path).directory == folder.path)
    let name = URL(filePath: folder.path).lastPathComponent
    #expect(try BuildContext(directory: "\(folder.path)/../\(name)/").directory == folder.path)
  }
}

import Dockerfiles
import FoundationEssentials
import Glibc
import Layers
import Native

/// The folder that COPY takes files from, without what `.dockerignore` leaves out.
package struct BuildContext: Sendable {
  /// Absolute.
  package let directory: String
  /// What is left out; nil when there is no such file.
  package let ignore: DockerIgnore?
  /// Keeps the folder of a context that came from elsewhere.
  private let fetched: FetchedContext?

  init(directory: String, ignore: DockerIgnore?, fetched: FetchedContext) {
    self.directory = directory
    self.ignore = ignore
    self.fetched = fetched
  }

  /// Opens the folder, and reads `NAME.dockerignore` beside the Dockerfile, or else the folder's `.dockerignore`.
  ///
  /// - Parameter dockerfile: the path of the Dockerfile, where it has one.
  /// - Throws: `BuildError` with code `input` when there is no such folder; `DockerfileError` for a bad pattern.
  package init(directory: String, dockerfile: String? = nil) throws {
    var isDirectory = false
    guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory else {
      throw BuildError(
        code: .input, message: "the build context \(directory) is not a folder",
        hint: "name the folder that holds the files that COPY takes")
    }
    self.directory = try Self.absolute(directory)
    fetched = nil
    let candidates = [dockerfile.map { $0 + ".dockerignore" }, directory + "/.dockerignore"].compactMap(\.self)
    guard let file = candidates.first(where: FileManager.default.fileExists(atPath:)) else {
      ignore = nil
      return
    }
    ignore = try DockerIgnore.parse(String(contentsOfFile: file, encoding: .utf8), file: file)
  }
  /// The path from the root, through no link and no `..`: the same folder is known by the same name.
  private static func absolute(_ directory: String) throws(NativeError) -> String {
    guard let path = realpath(directory, nil) else { throw NativeError(failed: "find the folder \(directory)") }
    defer { free(path) }
    return String(cString: path)
  }
}

import ArgumentParser
import Images
import Native

/// `imagesmith cat`: one file of an image.
struct CatCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "cat",
    abstract: "Write a file of an image to standard output.",
    discussion: """
      Links are followed within the image, never out of it. The upper layers are read first, and lower ones only when \
      those do not have the answer. A layer's digest is checked where it is read to its end.

      \(ImageOptions.help)

      Example:  imagesmith cat pii /etc/passwd
      """)

  @Argument(help: ArgumentHelp("The image.", valueName: "image"))
  var image: String

  @Argument(help: ArgumentHelp("The file.", valueName: "path"))
  var path: String

  @OptionGroup var options: ImageOptions

  mutating func run() async throws {
    let image = try await options.image(image)
    let finder = FileFinder(image)
    let (found, finding) = try await finder.resolve(path)
    switch finding {
    case .file(let inode, let size):
      try await finder.forEachPiece(of: inode, size: size) { try StandardStream.output.write($0) }
    case .directory:
      throw Failure(
        .input, "\(found) in \(image.name) is a directory", hint: "imagesmith ls \(self.image) \(found)")
    case .symlink, .other: throw Failure(.input, "\(found) in \(image.name) is no file")
    }
  }
}

import Builds
import Dockerfiles
import FoundationEssentials
import Glibc
import Native

/// Where a build's Dockerfile and files come from: what CONTEXT and `--file` say.
struct BuildInput: Sendable {
  var dockerfile: Dockerfile
  var context: BuildContext

  /// The largest Dockerfile, in bytes.
  private static let limit = 16 << 20
  /// What is looked for where nobody names a Dockerfile.
  private static let names = ["Dockerfile", "Containerfile"]

  /// Reads the Dockerfile, and opens or unpacks the context.
  ///
  /// - Parameters:
  ///   - context: a folder, a tar, or `-` for a tar or a Dockerfile from stdin.
  ///   - file: a path, in a tar one in there; `-` for stdin; nil for `Dockerfile` in the context.
  ///   - cache: where a tar is unpacked.
  static func open(context: String, file: String?, cache: BuildCache) async throws -> BuildInput {
    guard context != "-" || file != "-" else {
      throw Failure(
        .usage, "stdin cannot be both the Dockerfile and the build context",
        hint: "name a file or a folder for one of them")
    }
    return try await BlockingPool.shared.run {
      if context == "-" { return try standardInput(file, cache) }
      guard let status = try FileStatus.of(Array((context + "/.").utf8)) ?? FileStatus.of(Array(context.utf8)) else {
        throw Failure(
          .input, "the build context \(context) is not there",
          hint: "name the folder that holds the files that COPY takes")
      }
      if status.kind == .directory { return try folder(context, file) }
      let descriptor = try FileDescriptor.open(context)
      return try archive(file, cache) { (buffer) throws(NativeError) in try descriptor.read(into: buffer) }
    }
  }

  private static func folder(_ context: String, _ file: String?) throws -> BuildInput {
    if file == "-" {
      return BuildInput(
        dockerfile: try Dockerfile.parse(bytes: StandardInput().readAll(limit: limit), file: StandardInput.name),
        context: try BuildContext(directory: context))
    }
    let inside = context == "." ? "" : context + (context.hasSuffix("/") ? "" : "/")
    // A path is one from here, as docker has it; some builders look in the context.
    let candidates = file.map { [$0, inside + $0] } ?? names.map { inside + $0 }
    let path = candidates.first { access($0, F_OK) == 0 } ?? candidates[0]
    guard let bytes = try? FileDescriptor.open(path).readAll(limit: limit) else {
      throw Failure(.input, "\(path) cannot be read", hint: "name the Dockerfile: --file FILE")
    }
    return BuildInput(
      dockerfile: try Dockerfile.parse(bytes: bytes, file: path),
      context: try BuildContext(directory: context, dockerfile: path))
  }

  /// - Parameter file: in the archive.
  private static func archive(
    _ file: String?, _ cache: BuildCache, from source: @escaping TarReader.Source
  ) throws -> BuildInput {
    let archive = try ContextArchive(cache: cache, from: source)
    if file == "-" {
      return BuildInput(
        dockerfile: try Dockerfile.parse(bytes: StandardInput().readAll(limit: limit), file: StandardInput.name),
        context: try archive.context(dockerfile: names[0]))
    }
    for path in file.map({ [$0] }) ?? names {
      guard let bytes = try archive.read(path) else { continue }
      return BuildInput(
        dockerfile: try Dockerfile.parse(bytes: bytes, file: path), context: try archive.context(dockerfile: path))
    }
    throw Failure(
      .input, "\(file ?? names[0]) is not in the build context",
      hint: "name the Dockerfile by its path in there: --file FILE")
  }

  /// A tar, or else a Dockerfile alone.
  private static func standardInput(_ file: String?, _ cache: BuildCache) throws -> BuildInput {
    let input = StandardInput()
    if isArchive(try input.peek(512)) {
      return try archive(file, cache) { (buffer) throws(NativeError) in try input.read(into: buffer) }
    }
    if let file {
      throw Failure(
        .usage, "--file \(file) names a file in a tar, and stdin is none", hint: "leave out --file, or name a folder")
    }
    return BuildInput(
      dockerfile: try Dockerfile.parse(bytes: input.readAll(limit: limit), file: StandardInput.name),
      context: try ContextArchive(emptyIn: cache).context(dockerfile: names[0]))
  }

  /// By the first 512 bytes: a tar, or something that is compressed.
  static func isArchive(_ start: [UInt8]) -> Bool {
    let marks: [[UInt8]] = [
      [0x1F, 0x8B], Array("BZh".utf8), [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], [0x28, 0xB5, 0x2F, 0xFD],
      [0x04, 0x22, 0x4D, 0x18], [0x1F, 0x9D],
    ]
    return marks.contains { start.starts(with: $0) } || start.dropFirst(257).starts(with: Array("ustar".utf8))
  }
}

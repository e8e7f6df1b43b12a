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

  /// Reads the Dockerfile, and opens, unpacks or fetches the context.
  ///
  /// - Parameters:
  ///   - context: a folder, a tar, an address of one, a git repository's, or `-` for a tar or a Dockerfile from stdin.
  ///   - file: a path, one in the context where that is no folder; `-` for stdin; nil for `Dockerfile` in the context.
  ///   - cache: where what is no folder is unpacked.
  ///   - run: has the secrets and SSH agents by which a repository is fetched.
  static func open(
    context: String, file: String?, cache: BuildCache, _ run: RunOptions
  ) async throws -> BuildInput {
    guard context != "-" || file != "-" else {
      throw Failure(
        .usage, "stdin cannot be both the Dockerfile and the build context",
        hint: "name a file or a folder for one of them")
    }
    if FetchedContext.isAddress(context) {
      Console.standard.note("fetching the build context")
      let fetched = try await FetchedContext.fetch(
        context, cache: cache, path: Environment.path, secrets: run.secrets(), agents: run.agents())
      return try await BlockingPool.shared.run { try input(in: fetched, file) }
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
      let unpacked = try FetchedContext(cache: cache) { (buffer) throws(NativeError) in
        try descriptor.read(into: buffer)
      }
      return try input(in: unpacked, file)
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

  /// - Parameter file: in the context.
  private static func input(in fetched: FetchedContext, _ file: String?) throws -> BuildInput {
    if file == "-" {
      return BuildInput(
        dockerfile: try Dockerfile.parse(bytes: StandardInput().readAll(limit: limit), file: StandardInput.name),
        context: try fetched.context(dockerfile: names[0]))
    }
    for path in file.map({ [$0] }) ?? names {
      guard let bytes = try fetched.read(path) else { continue }
      return BuildInput(
        dockerfile: try Dockerfile.parse(bytes: bytes, file: path), context: try fetched.context(dockerfile: path))
    }
    throw Failure(
      .input, "\(file ?? names[0]) is not in the build context",
      hint: "name the Dockerfile by its path in there: --file FILE")
  }

  /// A tar, or else a Dockerfile alone.
  private static func standardInput(_ file: String?, _ cache: BuildCache) throws -> BuildInput {
    let input = StandardInput()
    if FetchedContext.isArchive(try input.peek(512)) {
      let unpacked = try FetchedContext(cache: cache) { (buffer) throws(NativeError) in try input.read(into: buffer) }
      return try self.input(in: unpacked, file)
    }
    if let file {
      throw Failure(
        .usage, "--file \(file) names a file in a tar, and stdin is none", hint: "leave out --file, or name a folder")
    }
    return BuildInput(
      dockerfile: try Dockerfile.parse(bytes: input.readAll(limit: limit), file: StandardInput.name),
      context: try FetchedContext(emptyIn: cache).context(dockerfile: names[0]))
  }
}

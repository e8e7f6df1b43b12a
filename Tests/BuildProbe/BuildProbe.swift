import Builds
import Dockerfiles
import Foundation
import Native
import OCI
import Sandboxes

/// One build in a process of its own, for tests that kill it and for measurements:
/// `BuildProbe CACHE CONTEXT [--no-cache] [--base LAYOUT] [--secret ID=VALUE] [--isolation NAME] [--layers]`.
///
/// Builds `CONTEXT/Dockerfile`, in which `localhost/tiny` is the image of LAYOUT, a folder. Prints the digest of the image's
/// configuration, or of each layer; on standard error `SECONDS s, PEAK KiB`.
@main
struct BuildProbe {
  static func main() async {
    // While there is one thread.
    if CommandLine.arguments.contains("--isolation") {
      RootlessEntry.enter(path: ProcessInfo.processInfo.environment["PATH"] ?? "")
    }
    do {
      try await run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) async throws {
    guard arguments.count >= 2 else { throw BuildError(code: .input, message: "BuildProbe CACHE CONTEXT [OPTION...]") }
    let start = ContinuousClock.now
    let context = try BuildContext(directory: arguments[1])
    let text = try String(contentsOfFile: arguments[1] + "/Dockerfile", encoding: .utf8)
    var request = BuildRequest(dockerfile: try Dockerfile.parse(text), context: context)
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let cache = try BuildCache(directory: arguments[0])
    var isolation: Isolation?
    var listsLayers = false
    var options = arguments.dropFirst(2)
    while let option = options.popFirst() {
      switch option {
      case "--no-cache": request.usesCache = false
      case "--base": request.namedContexts["localhost/tiny"] = .image("oci:\(options.popFirst() ?? "")")
      case "--secret":
        let parts = (options.popFirst() ?? "").split(separator: "=", maxSplits: 1).map(String.init)
        request.secrets[parts[0]] = .value(Array(parts[1].utf8))
      case "--isolation": isolation = options.popFirst().flatMap(Isolation.init(rawValue:))
      case "--layers": listsLayers = true
      default: throw BuildError(code: .input, message: "there is no option \(option)")
      }
    }
    let ladder = isolation.map { IsolationLadder($0, path: path, folder: cache.workFolder) }
    let builder = ImageBuilder(
      cache: cache, bases: LayoutBase(), path: path,
      sandbox: { if let ladder { try await ladder.sandbox() } else { try OCIRuntime.find(path: path) } },
      report: { if case .output(_, let bytes) = $0 { FileHandle.standardError.write(Data(bytes)) } })
    let image = try await builder.build(request)
    if listsLayers {
      for layer in image.layers { print(layer.diffID) }
    } else {
      print(Digest(sha256: try SHA256.hash(CanonicalJSON.encode(image.config))))
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    FileHandle.standardError.write(Data("\(seconds) s, \(usage.ru_maxrss) KiB\n".utf8))
  }
}

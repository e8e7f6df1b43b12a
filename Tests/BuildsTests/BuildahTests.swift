import Builds
import Foundation
import Layers
import OCI
import Testing

/// The Dockerfiles of `Fixtures/corpus`, built here and by buildah over `Fixtures/context`: the same files, the same
/// configuration.
///
/// Lines `# differs: WHAT: REASON` at the head of a Dockerfile name what is known to differ, a path or a field of the
/// configuration, where BuildKit, whose behaviour counts, is not as buildah; such a thing must differ.
@Suite(.enabled(if: geteuid() == 0 && Buildah.isInstalled, "needs root and buildah"), .serialized)
struct BuildahTests {
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().path + "/Fixtures"

  static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: fixtures + "/corpus")) ?? [])
    .filter { !$0.hasSuffix(".dockerignore") }.sorted()

  static let buildah = Result { try Buildah() }
  static let bench = Result { try Workbench() }

  @Test("the same tree and the same configuration", arguments: names)
  func agrees(name: String) async throws {
    let file = "\(Self.fixtures)/corpus/\(name)"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let context = try BuildContext(directory: Self.fixtures + "/context", dockerfile: file)
    let made = try await Self.bench.get().build(text) { $0.context = context }
    let ours = try ImageFacts(config: made.image.config, layers: made.image.layers, blobs: made.cache.blobs)

    let layout = try Self.buildah.get().build(dockerfile: file, context: context.directory)
    let base = try await LayoutBase().base(
      named: "oci:\(layout.directory)", platform: .host, into: layout.blobs, fresh: false)
    let theirs = try ImageFacts(config: base.config, layers: base.layers, blobs: layout.blobs)

    var known: [String: String] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix("# differs: ") {
      let parts = line.dropFirst("# differs: ".count).split(separator: ":", maxSplits: 1)
      known[String(parts[0])] = String(parts[1])
    }
    for (field, value) in ours.config { expect(value, theirs.config[field], field, &known) }
    for path in Set(ours.files.keys).union(theirs.files.keys).sorted() {
      if ours.files[path] == nil, Buildah.mountPoints.contains(path) { continue }
      expect(ours.files[path], theirs.files[path], path, &known)
    }
    #expect(known.isEmpty, "named as a difference, and there is none")
  }

  private func expect(_ ours: String?, _ theirs: String?, _ what: String, _ known: inout [String: String]) {
    if ours == theirs { return }
    if known.removeValue(forKey: what) != nil { return }
    Issue.record("\(what): \(ours ?? "nothing"), and buildah \(theirs ?? "nothing")")
  }
}

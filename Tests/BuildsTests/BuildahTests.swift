import Builds
import Foundation
import Layers
import OCI
import Testing

/// The Dockerfiles of `Fixtures/corpus`, built here and by buildah: the same files, the same configuration, or refused by
/// both. See `CorpusCase`.
@Suite(.enabled(if: geteuid() == 0 && Buildah.isInstalled, "needs root and buildah"), .serialized)
struct BuildahTests {
  static let buildah = Result { try Buildah() }
  static let bench = Result { try Workbench() }
  /// `localhost/debian`, in buildah's store as well.
  static let debian = Task {
    let layout = try await DebianBase.make(on: bench.get())
    try buildah.get().pull("oci:\(layout):debian", as: "localhost/debian")
  }

  @Test("the same tree and the same configuration", arguments: CorpusCase.names)
  func agrees(name: String) async throws {
    let item = try CorpusCase(name)
    if item.text.contains("localhost/debian") { try await Self.debian.value }
    let context = try BuildContext(directory: CorpusCase.context.get().path, dockerfile: item.file)
    // Both at a time, as each leaves a processor idle.
    async let judged = Self.buildah.get().build(item, context: context.directory)
    let made: Workbench.Outcome?
    do {
      made = try await Self.bench.get().build(item.text) {
        $0.context = context
        $0.arguments = item.arguments
        $0.target = item.target
        $0.namedContexts["localhost/debian"] = DebianBase.context
      }
    } catch {
      made = nil
      #expect(item.failure.map("\(error)".contains) == true, "\(error)")
    }
    let theirs = try await judged
    var known = item.differences
    expect(made.map { _ in "an image" }, theirs.map { _ in "an image" }, "failure", &known)
    #expect((made == nil) == (item.failure != nil))
    if let made, let theirs {
      let ours = try ImageFacts(config: made.image.config, layers: made.image.layers, blobs: made.cache.blobs)
      for (field, value) in ours.config { expect(value, theirs.config[field], field, &known) }
      for path in Set(ours.files.keys).union(theirs.files.keys).sorted() {
        if ours.files[path] == nil, Buildah.mountPoints.contains(path) { continue }
        expect(ours.files[path], theirs.files[path], path, &known)
      }
    }
    #expect(known.isEmpty, "named as a difference, and there is none")
  }

  private func expect(_ ours: String?, _ theirs: String?, _ what: String, _ known: inout [String: String]) {
    if ours == theirs { return }
    if known.removeValue(forKey: what) != nil { return }
    Issue.record("\(what): \(ours ?? "nothing"), and buildah \(theirs ?? "nothing")")
  }
}

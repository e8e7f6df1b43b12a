import Foundation
import Testing

@testable import Builds

/// `--explain` names the first input that is another.
@Suite(.enabled(if: geteuid() == 0, "mounting an overlay needs root"))
struct ExplainTests {
  static let files = ["app/main.py": "1", "app/lib/a": "a", "app/lib/b": "b"]
  static let file = """
    FROM localhost/tiny
    ARG VERSION=1
    ENV MODE=fast
    RUN echo $VERSION $MODE > /version
    COPY app /app
    RUN cat /app/main.py > /main
    """

  /// What each step said, by its number.
  private func reasons(
    _ bench: Workbench, _ file: String = file, _ change: (inout BuildRequest) -> Void = { _ in }
  ) async throws -> [Int: String] {
    let outcome = try await bench.build(file) {
      $0.explains = true
      change(&$0)
    }
    var reasons: [Int: String] = [:]
    for case .explained(let step, let isCached, let reason) in outcome.events {
      reasons[step.number] = isCached ? "cached" : reason
    }
    return reasons
  }

  @Test("the first time, unchanged, and without cache")
  func plain() async throws {
    let bench = try Workbench(Self.files)
    let first = try await reasons(bench)
    #expect(first[4]?.hasPrefix("there is no record of it") == true)
    #expect(try await reasons(bench) == [4: "cached", 5: "cached", 6: "cached"])
    #expect(try await reasons(bench) { $0.usesCache = false } == [4: "--no-cache", 5: "--no-cache", 6: "--no-cache"])
    #expect(try await bench.build(Self.file).events.allSatisfy { if case .explained = $0 { false } else { true } })
  }

  @Test(
    "a file of the context",
    arguments: [
      ("printf 2 > app/main.py", "the content of app/main.py changed"),
      ("chmod 755 app/main.py", "the mode of app/main.py changed: 0644 -> 0755"),
      ("touch app/lib/aa", "the file app/lib/aa is new"), ("rm app/lib/b", "the file app/lib/b is gone"),
      ("mkdir app/empty", "the file app/empty is new"),
      ("mv app/lib/b app/lib/c", "the file app/lib/c is new"),
      ("rm app/lib/b; mkdir app/lib/b", "app/lib/b was a file and is a folder"),
      ("rm app/lib/b; ln -s a app/lib/b", "app/lib/b was a file and is a link"),
      ("rm app/lib/b; ln app/lib/a app/lib/b", "app/lib/b was a file and is another name of a file"),
      ("printf 1 > app/lib/a; printf 2 > app/lib/b", "the content of app/lib/a changed"),
    ])
  func files(change: String, reason: String) async throws {
    let bench = try Workbench(Self.files)
    _ = try await bench.build(Self.file)
    try #require(try Shell.run(["sh", "-c", change], in: bench.context).code == 0)
    let now = try await reasons(bench)
    #expect(now[4] == "cached")
    #expect(now[5] == reason)
    #expect(now[6] == "the step before it was made anew (step 5)")
  }

  @Test("arguments and variables, by name and without values")
  func variables() async throws {
    let bench = try Workbench(Self.files)
    _ = try await bench.build(Self.file)
    let argument = try await reasons(bench) { $0.arguments["VERSION"] = "hunter2" }
    #expect(argument[4] == "the build argument VERSION changed")
    #expect(argument[5] == "the step before it was made anew (step 4)")
    _ = try await bench.build(Self.file)
    let environment = try await reasons(bench, Self.file.replacingOccurrences(of: "fast", with: "slow"))
    #expect(environment[4] == "the environment variable MODE changed")
    _ = try await bench.build(Self.file)
    #expect(
      try await reasons(bench, Self.file.replacingOccurrences(of: "ENV MODE=fast", with: "ENV MODE=fast NEW=1"))[4]
        == "the environment variable NEW is new")
    let kept = try Shell.run(["grep", "-rac", "hunter2", bench.cache + "/history"]).output
    #expect(kept.split(separator: "\n").allSatisfy { $0.hasSuffix(":0") }, "\(kept)")
  }

  @Test("the instruction, a user, a folder, a mount")
  func instruction() async throws {
    let bench = try Workbench(Self.files)
    let file = "FROM localhost/tiny\nWORKDIR /w\nUSER 0\nRUN --mount=type=bind,source=app,target=/m cat /m/main.py\n"
    _ = try await bench.build(file)
    #expect(
      try await reasons(bench, file.replacingOccurrences(of: "cat ", with: "cat -u "))[4] == "the instruction changed")
    #expect(try await reasons(bench, file.replacingOccurrences(of: "cat ", with: "cat -u "))[4] == "cached")
    _ = try await bench.build(file)
    #expect(try await reasons(bench, file.replacingOccurrences(of: "USER 0", with: "USER 1"))[4] == "the USER changed")
    _ = try await bench.build(file)
    try bench.write(["app/main.py": "3"])
    #expect(try await reasons(bench, file)[4] == "the mount at /m, or what it shows, changed")
  }

  @Test("another base; a layer that has gone")
  func base() async throws {
    let bench = try Workbench(Self.files)
    func layered(_ text: String) -> String {
      "FROM localhost/tiny AS base\nRUN echo \(text) > /1\nFROM base\nRUN echo a > /a\n"
    }
    _ = try await bench.build(layered("1"))
    let outcome = try await bench.build(layered("2")) { $0.explains = true }
    let texts = outcome.events.compactMap { event -> String? in
      if case .explained(_, _, let reason) = event { reason } else { nil }
    }
    #expect(texts == ["the instruction changed", "the base has other layers"])
    for layer in outcome.image.layers { try outcome.cache.blobs.remove(layer.descriptor.digest) }
    let again = try await reasons(bench, layered("2"))
    #expect(again[2] == "nothing has changed, but its layer is no longer in the cache")
  }

  @Test("files of a stage: cached while the stage is, told by name when it is not")
  func stage() async throws {
    let bench = try Workbench()
    func file(_ text: String, _ other: String) -> String {
      """
      FROM localhost/tiny AS tools
      RUN mkdir /out && echo \(text) > /out/tool && echo \(other) > /other
      FROM localhost/tiny
      COPY --from=tools /out /out
      """
    }
    _ = try await bench.build(file("a", "b"))
    #expect(try await reasons(bench, file("a", "b"))[2] == "cached")
    #expect(try await reasons(bench, file("a", "c"))[2] == "cached")
    #expect(try await reasons(bench, file("d", "c"))[2] == "the content of out/tool changed")
  }

  @Test(
    "of a mount counts what BuildKit counts: what it shows, ids, targets, modes; not what a secret or a cache holds",
    arguments: [
      ("type=secret,id=s", "type=secret,id=s,mode=0444", false), ("type=secret,id=s", "type=secret,id=t", false),
      ("type=secret,id=s", "type=secret,id=s,target=/x", false),
      ("type=cache,target=/c", "type=cache,target=/c,id=other", false),
      ("type=tmpfs,target=/t", "type=tmpfs,target=/u", false),
      ("type=bind,target=/b", "type=bind,target=/b,rw", false),
      ("type=bind,target=/b,source=app", "type=bind,target=/b,source=app/lib", false),
      ("type=secret,id=s", "type=secret,id=s", true), ("type=cache,target=/c", "type=cache,target=/c", true),
    ])
  func mounts(before: String, after: String, isSame: Bool) async throws {
    let bench = try Workbench(Self.files)
    let file = { (mount: String) in "FROM localhost/tiny\nRUN --mount=\(mount) date > /c/x 2> /dev/null || true\n" }
    _ = try await bench.build(file(before)) { $0.secrets = ["s": .value([1]), "t": .value([1])] }
    let now = try await bench.build(file(after)) { $0.secrets = ["s": .value([2]), "t": .value([1])] }
    #expect(now.cached == (isSame ? [2] : []))
  }
}

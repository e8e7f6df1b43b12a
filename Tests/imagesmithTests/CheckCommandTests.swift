import Dockerfiles
import Foundation
import Testing

@testable import imagesmith

struct CheckCommandTests {
  /// A folder of its own, removed at the end.
  private final class Folder {
    let path: String

    init(_ files: [String: String]) throws {
      path = NSTemporaryDirectory() + "check-\(UUID().uuidString)"
      for (name, text) in files {
        let url = URL(filePath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
      }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  /// How the command line ends: nil for 0.
  private func end(_ arguments: [String]) async throws -> Failure? {
    do {
      var command = try ImageSmith.parseAsRoot(arguments)
      guard var asynchronous = command as? any InterruptibleCommand else {
        try command.run()
        return nil
      }
      try await asynchronous.run()
      return nil
    } catch {
      let failure: Failure? = Failure(error)
      let known: Failure = try #require(failure, "\(error)")
      return known
    }
  }

  @Test(
    "build --check ends with what it finds, and builds nothing",
    arguments: [
      ("FROM scratch\nCOPY a /\n", nil),
      ("FROM scratch\nCMD a\n", .difference),
      ("# check=skip=all\nFROM scratch\nCMD a\n", nil),
      ("FROM scratch\nCOPPY a b\n", .input),
      ("ARG A\nFROM $A\nCMD a\n", .input),
    ] as [(String, Failure.Code?)])
  func buildCheck(text: String, code: Failure.Code?) async throws {
    let folder = try Folder(["Dockerfile": text])
    for options in [[], ["--json"]] {
      #expect(try await end(["build", "--check", folder.path] + options)?.exitCode == code)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["Dockerfile"])
  }

  @Test("build --check takes the file, the target and the arguments of the build")
  func buildCheckOptions() async throws {
    let text = "ARG V\nFROM a:${V:?none} AS Odd\nFROM scratch AS even\n"
    let folder = try Folder(["x.Dockerfile": text, "x.Dockerfile.dockerignore": "[", "y": "FROM scratch\n"])
    let file = "\(folder.path)/x.Dockerfile"
    #expect(try await end(["build", "--check", folder.path])?.exitCode == .input)
    let pattern = try await end(["build", "--check", "--file", file, folder.path])
    #expect(pattern?.message?.contains("x.Dockerfile.dockerignore:1:1") == true)
    try Data().write(to: URL(filePath: file + ".dockerignore"))
    #expect(try await end(["build", "--check", "--file", file, folder.path])?.exitCode == .input)
    let given = ["build", "--check", "--file", file, "--build-arg", "V=1", folder.path]
    #expect(try await end(given)?.exitCode == .difference)
    #expect(try await end(given + ["--build-arg", "BUILDKIT_DOCKERFILE_CHECK=skip=StageNameCasing"]) == nil)
    #expect(try await end(["build", "--check", "--file", "\(folder.path)/y", folder.path]) == nil)
  }

  @Test("check tells the roster, what has drifted, and what the Dockerfiles had better not do, each by its code")
  func check() async throws {
    let roster = """
      project: hub
      aws: {region: us-east-1}
      registry: {repository: "hub/{group}"}
      base: {image: "docker.io/library/debian:trixie-slim"}
      groups:
        red: {data: [s3://lake/red/], task: {role: red, cpu: 1 vCPU, memory: 2 GB}}
      users:
        ann: {uid: 2001, groups: [red]}
      """
    let folder = try Folder(["users.yaml": roster])
    let file = "\(folder.path)/users.yaml"
    let missing = try await end(["check", "--roster", file])
    #expect(missing?.exitCode == .difference)
    #expect(missing?.hint?.contains("imagesmith generate") == true)
    #expect(try await end(["generate", "--roster", file]) == nil)
    #expect(try await end(["check", "--roster", file]) == nil)
    #expect(try await end(["check", "--roster", file, "--json"]) == nil)

    let dockerfile = URL(filePath: "\(folder.path)/images/red/Dockerfile")
    let good = try String(contentsOf: dockerfile, encoding: .utf8)
    try Data((good + "CMD late\n").utf8).write(to: dockerfile)
    #expect(try await end(["check", "--roster", file])?.exitCode == .difference)
    try Data((good + "CMDD late\n").utf8).write(to: dockerfile)
    #expect(try await end(["check", "--roster", file])?.exitCode == .input)
    try Data((roster + "\n  bob: {uid: 2001, groups: [red]}\n").utf8).write(to: URL(filePath: file))
    #expect(try await end(["check", "--roster", file])?.exitCode == .input)
  }

  @Test("the JSON has Docker's names")
  func json() throws {
    var report = CheckReport()
    let file = try Dockerfile.parse("FROM scratch\nCMD a \\\n  b\n", file: "x/Dockerfile")
    report.add(file, try Inspection(file))
    let json = String(decoding: try JSONEncoder.sorted.encode(report), as: UTF8.self)
    #expect(
      json == """
        {"sources":[{"fileName":"x/Dockerfile","language":"Dockerfile"}],"warnings":[{"description":"ENTRYPOINT and CMD \
        are JSON arrays, so that signals reach the program","detail":"JSON arguments recommended for CMD to prevent \
        unintended behavior related to OS signals","location":{"ranges":[{"end":{"line":3},"start":{"line":2}}],\
        "sourceIndex":0},"ruleName":"JSONArgsRecommended","url":\
        "https://docs.docker.com/go/dockerfile/rule/json-args-recommended/"}]}
        """)
    #expect(report.summary == "Check complete, 1 warning has been found!")
    report.add(try #require(parseError("RUN x")), file: "y")
    #expect(report.failure?.message == "y:1:1: RUN stands before the first FROM")
    #expect(String(decoding: try JSONEncoder.sorted.encode(report), as: UTF8.self).contains("\"buildError\":{"))
  }

  private func parseError(_ text: String) -> DockerfileError? {
    do throws(DockerfileError) {
      _ = try Dockerfile.parse(text, file: "y")
      return nil
    } catch {
      return error
    }
  }
}

import Testing

@testable import Dockerfiles

/// Breaks good files at random, always the same way: whatever comes out must be a file or an error that points into it.
@Suite struct FuzzTests {
  /// SplitMix64.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      return value ^ (value >> 31)
    }
  }

  private static let pieces = [
    "\\", "\n", "\r\n", "\"", "'", "`", "$", "${", "}", "${A:-", "${A//", "#", "--", "=", ",", "<<", "<<-E\n", "[", "]",
    "[\"", " ", "\t", "\0",
    "\u{FF}", "FROM ", "ONBUILD ", "RUN ", "COPY ", "--mount=type=", "# escape=`\n", ":", "\u{85}", "é", "-", "!", "**",
    "/",
  ]

  private static func mutate(_ bytes: inout [UInt8], _ generator: inout Generator) {
    let index = Int.random(in: 0...bytes.count, using: &generator)
    let end = min(bytes.count, index + Int.random(in: 1...20, using: &generator))
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes.removeSubrange(index..<end)
    case 1: bytes.insert(contentsOf: bytes[index..<end], at: index)
    case 2: if index < bytes.count { bytes[index] = UInt8.random(in: 0...255, using: &generator) }
    case 3: bytes.removeSubrange(index...)
    default: bytes.insert(contentsOf: (pieces.randomElement(using: &generator) ?? "").utf8, at: index)
    }
  }

  @Test(arguments: ["recipe", "stages", "heredocs", "windows"])
  func parsesOrPoints(_ name: String) throws {
    let good = Array(try fixture("\(name).Dockerfile").utf8)
    var generator = Generator(state: UInt64(good.count))
    var parsed = 0
    for _ in 0..<400 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty { Self.mutate(&bytes, &generator) }
      do throws(DockerfileError) {
        try use(try Dockerfile.parse(bytes: bytes))
        parsed += 1
      } catch {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count
        #expect(!error.message.isEmpty)
        if let location = error.location {
          #expect((1...lines).contains(location.line) && location.column >= 1, "\(error)")
        }
        #expect(error.excerpt?.isEmpty != true)
      }
    }
    // Neither all nor none: else the fuzz would test nothing.
    #expect((20..<380).contains(parsed))
  }

  /// Does with a file what a builder would.
  private func use(_ file: Dockerfile) throws(DockerfileError) {
    let lookup: (String) -> String? = { $0.count < 3 ? nil : "v w" }
    let graph = try StageGraph(
      file, globals: try StageGraph.globalArguments(of: file, buildArguments: ["BASE": "tools"], platform: [:]))
    _ = try graph.reachable()
    for instruction in file.stages.flatMap(\.instructions) {
      #expect(instruction.range.start < instruction.range.end)
      switch instruction.kind {
      case .run(let run):
        _ = run.script
        for mount in run.mounts { _ = try Mount(mount, expander: file.expander, lookup: lookup) }
      case .copy(let copy):
        for word in copy.sources.paths { _ = try FilePattern(try file.expander.expand(word, lookup: lookup)) }
        for content in copy.sources.files { _ = try file.expander.expand(content, lookup: lookup) }
      case .env(let env):
        for variable in env.variables { _ = try file.expander.expand(variable.value, lookup: lookup) }
      case .expose(let expose):
        for port in expose.ports { _ = try file.expander.expandWords(port, lookup: lookup) }
      case .onbuild(let onbuild): _ = try Dockerfile.triggers([onbuild.trigger], of: "x")
      default: break
      }
    }
  }

  /// What takes a time that grows by the square of the input would not end here.
  @Test(arguments: [
    "RUN --a", "ENV A=1", "COPY <<a", "RUN \"", "ARG A", "CMD [\"a\",", "RUN --mount=type=cache,", "ENV A=${A:-",
    "ENV A=$A$A", "VOLUME [",
    "EXPOSE 1", "LABEL '", "RUN <<'", "ENV A=${A//a/",
  ])
  func takesLongLines(_ start: String) {
    let piece = " " + (start.split(separator: " ", maxSplits: 1).last ?? "")
    let line = start + String(repeating: piece, count: 12_000 / piece.utf8.count)
    let lines = Array(repeating: line, count: 4).joined(separator: "\\\n")
    do throws(DockerfileError) {
      try use(try Dockerfile.parse("FROM a\n\(lines)"))
    } catch {
      #expect(error.location != nil)
    }
  }

  @Test func matchesOrPoints() {
    var generator = Generator(state: 1)
    let alphabet = Array("ab/*?[]^-!\\.# ")
    for _ in 0..<3000 {
      let length = Int.random(in: 1...12, using: &generator)
      let text = String((0..<length).map { _ in alphabet.randomElement(using: &generator) ?? "a" })
      if let pattern = try? FilePattern(text) { _ = pattern.matches("ab/ba.b") }
      guard let ignore = try? DockerIgnore.parse(text) else { continue }
      // A directory that is skipped has nothing in it that counts.
      for path in ["a/b", "a/b/a", "b/a", "a.b/a"] where !ignore.matches(path) {
        #expect(!ignore.skipsDirectory(String(path.dropLast(2))), "\(text): \(path)")
      }
    }
  }
}

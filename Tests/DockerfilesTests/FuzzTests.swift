import Testing

@testable import Dockerfiles

/// Breaks good files at random, always the same way: whatever comes out must be a file or an error that points into it.
@Suite struct FuzzTests {
  @Test(arguments: FuzzCorpus.files.indices)
  func parsesOrPoints(_ index: Int) throws {
    let (name, text) = FuzzCorpus.files[index]
    var generator = SplitMix64(state: UInt64(index))
    var parsed = 0
    for round in 0..<FuzzCorpus.rounds {
      var bytes = Array(text.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
        FuzzCorpus.mutate(&bytes, &generator)
      }
      do throws(DockerfileError) {
        try use(try Dockerfile.parse(bytes: bytes))
        parsed += 1
      } catch {
        #expect(!error.message.isEmpty && error.excerpt?.isEmpty != true)
        #expect(pointsInto(bytes, error), "\(name), round \(round): \(error)")
      }
    }
    // Neither all nor none: else the fuzz would test nothing.
    #expect(parsed > 0 && parsed < FuzzCorpus.rounds, "\(name)")
  }

  /// Whether the error's place, where it has one in the file, is there: at most one column behind a line's end.
  private func pointsInto(_ bytes: [UInt8], _ error: DockerfileError) -> Bool {
    guard let location = error.location, error.file == "Dockerfile" else { return true }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard (1...lines.count).contains(location.line) else { return false }
    let length = String(decoding: lines[location.line - 1], as: UTF8.self).unicodeScalars.count
    return (1...length + 1).contains(location.column)
  }

  /// Does with a file what a builder would.
  private func use(_ file: Dockerfile) throws(DockerfileError) {
    let inspection = try Inspection(file, CheckInputs(buildArguments: ["BASE": "tools"], ignore: .some(.none)))
    for finding in inspection.findings {
      #expect((1...max(file.source.lines.count, 1)).contains(finding.lines.lowerBound), "\(finding.summary)")
      #expect(finding.description(in: file.source).contains(">>>"), "\(finding.summary)")
    }
    if let error = inspection.error { throw error }
    let lookup: (String) -> String? = { $0.count < 3 ? nil : "v w" }
    for instruction in file.stages.flatMap(\.instructions) {
      #expect(instruction.range.start < instruction.range.end)
      switch instruction.kind {
      case .run(let run):
        for mount in run.mounts { _ = try Mount(mount, expander: file.expander, lookup: lookup) }
      case .copy(let copy):
        for word in copy.sources.paths { _ = try FilePattern(try file.expander.expand(word, lookup: lookup)) }
      case .onbuild(let onbuild): _ = try Dockerfile.triggers([onbuild.trigger], of: "x")
      default: break
      }
    }
  }

  @Test func expandsOrPoints() {
    var generator = SplitMix64(state: 2)
    let pieces = [
      "a", "A", "B", "_", "1", " ", "/", "\\", "`", "'", "\"", "$", "{", "}", "${", "${A", ":", "-", "+", "?", "#", "%",
      "*",
    ]
    var expanded = 0
    for _ in 0..<FuzzCorpus.rounds * 30 {
      let text = FuzzCorpus.text(of: 1...14, from: pieces, &generator)
      let expander = WordExpander(escape: "\\", source: SourceText(file: "Dockerfile", lines: [text]))
      for mode in [WordExpander.Mode.word, .content] {
        do throws(DockerfileError) {
          let result = try expander.expandNotingUnset(word(text), as: mode) { ["A": "a b*", "B": ""][$0] }
          expanded += 1
          let isSpaced = result.words.contains { $0.isEmpty }
          #expect(!isSpaced, "\(text)")
        } catch {
          #expect(pointsInto(Array(text.utf8), error), "\(text): \(error)")
        }
      }
    }
    #expect(expanded > 0)
  }

  @Test func readsMountsOrPoints() {
    var generator = SplitMix64(state: 3)
    let pieces = [
      "type=", "cache", "bind", "secret", "tmpfs", "ssh", ",", "=", "\"", "\"\"", "target=/a", "id=", "from=b", "mode=",
      "0755", "8", "uid=1", "size=", "1g", "1x", "sharing=", "locked", "required", "env=E", "ro", "rw=false", "$A",
      "${",
      "dst", " ", "'",
    ]
    var read = 0
    for _ in 0..<FuzzCorpus.rounds * 10 {
      let line = "RUN --mount=" + FuzzCorpus.text(of: 1...10, from: pieces, &generator) + " true"
      let text = "FROM a\n" + line
      do throws(DockerfileError) {
        try use(try Dockerfile.parse(text))
        read += 1
      } catch {
        #expect(pointsInto(Array(text.utf8), error), "\(line): \(error)")
      }
    }
    #expect(read > 0)
  }

  @Test func matchesOrPoints() {
    var generator = SplitMix64(state: 1)
    let alphabet = ["a", "b", "*", "/", "?", "[", "]", "^", "-", "!", "\\", ".", "#", " ", "**", "\n", "\r\n"]
    for _ in 0..<FuzzCorpus.rounds * 30 {
      let text = FuzzCorpus.text(of: 1...12, from: alphabet, &generator)
      if let pattern = try? FilePattern(text) { _ = pattern.matches("ab/ba.b") }
      do throws(DockerfileError) {
        let ignore = try DockerIgnore.parse(text, file: "Dockerfile")
        // A directory that is skipped has nothing in it that counts.
        for path in ["a/b", "a/b/a", "b/a", "a.b/a"] where !ignore.matches(path) {
          #expect(!ignore.skipsDirectory(String(path.dropLast(2))), "\(text): \(path)")
        }
      } catch {
        #expect(pointsInto(Array(text.utf8), error), "\(text): \(error)")
      }
    }
  }
}

import Foundation
import Testing

@testable import Dockerfiles

/// The Dockerfiles that builds are compared by are parsed and checked too.
@Suite struct CorpusTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../BuildsTests/Fixtures/corpus").standardized

  private static let files: [(name: String, bytes: [UInt8])] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().filter { !$0.hasSuffix(".dockerignore") }.compactMap { name in
      (try? Data(contentsOf: folder.appending(path: name))).map { (name, Array($0)) }
    }
  }()

  @Test func parses() {
    var refused: [String] = []
    for (name, bytes) in Self.files {
      do throws(DockerfileError) {
        _ = try Inspection(try Dockerfile.parse(bytes: bytes))
      } catch {
        refused.append("\(name): \(error.message)")
      }
    }
    #expect(Self.files.count > 150)
    #expect(refused.isEmpty, "\(refused.joined(separator: "\n"))")
  }

  @Test func survivesWhenBroken() {
    var generator = SplitMix64(state: 4)
    for (name, good) in Self.files {
      for _ in 0..<max(FuzzCorpus.rounds / 25, 1) {
        var bytes = good
        for _ in 0..<3 where !bytes.isEmpty { FuzzCorpus.mutate(&bytes, &generator) }
        do throws(DockerfileError) {
          _ = try Inspection(try Dockerfile.parse(bytes: bytes))
        } catch {
          let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count
          #expect((1...lines).contains(error.location?.line ?? 0), "\(name): \(error)")
        }
      }
    }
  }
}

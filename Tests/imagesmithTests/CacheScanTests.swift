import Builds
import Foundation
import Layers
import OCI
import Secrets
import Testing

@testable import imagesmith

/// What of a cache may leave the machine.
struct CacheScanTests {
  private let path = NSTemporaryDirectory() + "cache-scan-\(UUID().uuidString)"

  private func layer(_ digit: Character) throws -> Layer {
    let digest = try #require(Digest("sha256:" + String(repeating: digit, count: 64)))
    return Layer(diffID: DiffID(digest), descriptor: Descriptor(mediaType: .zstdLayer, digest: digest, size: 1))
  }

  @Test("a layer in which a secret was seen stays here, and no secret is in a step's text")
  func cleared() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let records = ScanRecords(inCache: path)
    var result = ScanResult()
    result.findings = [Finding(rule: "private-key", path: "/root/key", line: 1)]
    try records.keep(result, of: try layer("a").diffID.digest)
    try records.keep(ScanResult(), of: try layer("b").diffID.digest)
    var content = CacheContent()
    content.steps["1"] = StepRecord(layer: try layer("a"), instruction: "COPY key /root/key\n# more")
    content.steps["2"] = StepRecord(layer: try layer("b"), instruction: "RUN echo 'ann:hunter2' | chpasswd")
    content.steps["3"] = StepRecord(layer: try layer("c"), instruction: "RUN make install")
    content.steps["4"] = StepRecord(layer: nil, instruction: "WORKDIR /srv")

    content.bases["5"] = BaseRecord(
      name: "debian/trixie", config: ImageConfig(platform: .host), layers: [try layer("a")])
    content.mounts = ["pip": try layer("a"), "apt": try layer("b")]
    content.sights = ["\(try layer("a").diffID)": LayerSights(), "\(try layer("b").diffID)": LayerSights()]

    let strict = SecretScan(records: records, bases: BaseCache(cache: path), allowed: []).cleared(content)
    #expect(strict.content.steps.keys.sorted() == ["2", "3", "4"])
    #expect(strict.refused == ["COPY key /root/key", "debian/trixie", "the cache mount pip"])
    #expect(strict.content.bases.isEmpty && strict.content.mounts.keys.sorted() == ["apt"])
    #expect(strict.content.sights.keys.sorted() == ["\(try layer("b").diffID)"])
    #expect(strict.content.steps["2"]?.instruction == "RUN echo 'ann:…' | chpasswd")
    #expect(strict.content.steps["3"] == content.steps["3"])

    let allowed = [Allowance(rule: "private-key", path: "/root/*")]
    let mild = SecretScan(records: records, bases: BaseCache(cache: path), allowed: allowed).cleared(content)
    #expect(mild.refused.isEmpty && mild.content.steps.count == 4)
  }
}

import Builds
import FoundationEssentials
import Layers
import Native
import OCI
import Rosters
import Secrets

/// Keeps secrets from leaving: what in a project's images is one's own is looked at before it is pushed.
///
/// One's own are the layers above the base's, the config and the annotations; a base that was made here counts as well, one
/// from a registry does not. What a build writes is looked at while it is written, so that as a rule all is known; a layer
/// that is not here cannot be read, and cannot leave from here either.
struct SecretScan: Sendable {
  let records: ScanRecords
  let bases: BaseCache
  let allowed: [Allowance]

  init(records: ScanRecords, bases: BaseCache, allowed: [Allowance]) {
    self.records = records
    self.bases = bases
    self.allowed = allowed
  }

  init(_ project: Project) {
    records = ScanRecords(inCache: Environment.cacheDirectory)
    bases = BaseCache(cache: Environment.cacheDirectory)
    allowed = project.roster.secrets.allow.map { Allowance(rule: $0.rule, path: $0.path) }
  }

  /// A secret in an image, with where it came from.
  struct Leak: Sendable {
    var finding: Finding
    /// How many more were found in the same layer, or config, when it is the last of those that are listed.
    var omitted = 0
    /// The layer's number, from 1, the lowest first, and its digest; nil for the config.
    var layer: (number: Int, digest: Digest)?
    /// The step that made the layer, without the secret.
    var step: String?
  }

  /// Refuses to let an image go that has a secret in it.
  ///
  /// - Parameters:
  ///   - name: the image's, for the message.
  ///   - digest: the manifest's.
  /// - Throws: `Failure` with code `input` that tells every secret; `LayerError`.
  func check(_ name: String, _ digest: Digest, _ manifest: Manifest, in blobs: BlobStore) async throws {
    let leaks = try await leaks(digest, manifest, in: blobs)
    guard let first = leaks.first else { return }
    let count = leaks.reduce(0) { $0 + 1 + $1.omitted }
    throw Failure(
      .input,
      "the image of \(name) is not pushed: \(count == 1 ? "a secret is" : "\(count) secrets are") in it\n"
        + leaks.map(Self.text).joined(separator: "\n"),
      hint: """
        take it out of where it comes from, and build again: removing it in a later step leaves it in the layer below. Where it is \
        no secret, allow it in users.yaml with a reason, as docs/secrets.md says: {rule: \(first.finding.rule), path: \
        "\(first.finding.path)", reason: …}
        """)
  }

  /// The secrets in a group's image; none where it has not been built.
  func leaks(in group: Group, of project: Project) async throws -> [Leak] {
    guard FileManager.default.fileExists(atPath: "\(project.store)/index.json") else { return [] }
    let store = try ImageLayout(directory: project.store)
    let hold = try store.holdBlobs()
    defer { withExtendedLifetime(hold) {} }
    guard let image = try store.resolve(group.name) else { return [] }
    let manifest = try CanonicalJSON.decode(Manifest.self, from: store.blobs.read(image.digest, limit: 4 << 20))
    return try await leaks(image.digest, manifest, in: store.blobs)
  }

  /// The secrets in an image that users.yaml does not allow.
  func leaks(_ digest: Digest, _ manifest: Manifest, in blobs: BlobStore) async throws -> [Leak] {
    let config = try CanonicalJSON.decode(
      ImageConfig.self, from: blobs.read(manifest.config.digest, limit: 8 << 20))
    var leaks = self.leaks(try configResult(digest, config, manifest.annotations ?? [:])).map { leak in
      var leak = leak
      leak.step = Self.step(of: leak.finding, in: config).map { Self.shown($0) }
      return leak
    }
    let steps = (config.history ?? []).filter { $0.emptyLayer != true }
    for (index, (diffID, descriptor)) in zip(config.rootfs.diffIDs, manifest.layers).enumerated() {
      let layer = Layer(diffID: diffID, descriptor: descriptor)
      guard let result = try await result(of: layer, in: blobs), !result.isClean else { continue }
      let found = self.leaks(result)
      guard !found.isEmpty else { continue }
      let step = try await redacted(index < steps.count ? steps[index].createdBy : nil, layer, in: blobs)
      leaks += found.map { leak in
        var leak = leak
        leak.layer = (index + 1, descriptor.digest)
        leak.step = step
        return leak
      }
    }
    return leaks
  }

  func leaks(_ result: ScanResult) -> [Leak] {
    var leaks = result.findings.filter { finding in !allowed.contains { $0.covers(finding) } }.map { Leak(finding: $0) }
    // Of what is not listed nobody can say that it is allowed.
    if result.omitted > 0 {
      if leaks.isEmpty, let last = result.findings.last { leaks.append(Leak(finding: last)) }
      leaks[leaks.count - 1].omitted = result.omitted
    }
    return leaks
  }

  private func configResult(
    _ digest: Digest, _ config: ImageConfig, _ annotations: [String: String]
  ) throws -> ScanResult {
    if let known = records.result(of: digest) { return known }
    let result = ConfigScan().result(of: config, annotations: annotations)
    remember(result, of: digest)
    return result
  }

  /// Nil for a layer that is not one's own, or not here.
  private func result(of layer: Layer, in blobs: BlobStore) async throws -> ScanResult? {
    if let known = records.result(of: layer.diffID.digest) { return known }
    guard try blobs.size(of: layer.descriptor.digest) != nil, try !bases.fetchedLayers().contains(layer.diffID) else {
      log.debug("\(layer.descriptor.digest.short): not searched for secrets: of the base, or not here")
      return nil
    }
    let scan = try await read(layer, in: blobs)
    remember(scan.result, of: layer.diffID.digest)
    return scan.result
  }

  /// What cannot be remembered is looked for once more the next time.
  private func remember(_ result: ScanResult, of digest: Digest) {
    do { try records.keep(result, of: digest) } catch {
      log.debug("what was searched for secrets cannot be remembered in \(records.directory): \(error)")
    }
  }

  private func read(_ layer: Layer, in blobs: BlobStore) async throws -> (result: ScanResult, secrets: Set<[UInt8]>) {
    try await BlockingPool.shared.run {
      let scan = LayerScan()
      try scan.read(layer, from: blobs)
      return (scan.result, scan.secrets)
    }
  }

  /// The first line of what made a layer, without the secrets that are in the layer, which are looked up once more for it.
  private func redacted(_ step: String?, _ layer: Layer, in blobs: BlobStore) async throws -> String? {
    guard let step else { return nil }
    let secrets = try blobs.size(of: layer.descriptor.digest) == nil ? [] : try await read(layer, in: blobs).secrets
    return Self.shown(step, without: secrets)
  }

  /// The first line of a step, without what rules find in it, and without `secrets`.
  static func shown(_ step: String, without secrets: Set<[UInt8]> = []) -> String {
    let text = ConfigScan().redacted(step, others: secrets)
    return TerminalText.plain((text.split(separator: "\n").first ?? "").prefix(120).utf8)
  }

  /// The step whose text has the secret: `config.history[3]`.
  private static func step(of finding: Finding, in config: ImageConfig) -> String? {
    guard let match = finding.path.wholeMatch(of: /config\.history\[([0-9]+)\]/), let index = Int(match.1),
      let history = config.history, history.indices.contains(index)
    else { return nil }
    return history[index].createdBy
  }

  /// What people read of one secret.
  static func text(_ leak: Leak) -> String {
    let rule = RuleTable.standard.rules.first { $0.id == leak.finding.rule }
    var text = "  \(leak.finding.place): \(rule?.finds ?? "a secret") (\(leak.finding.rule))"
    if leak.omitted > 0 { text += ", and \(leak.omitted) more secrets there" }
    if let layer = leak.layer { text += "\n    in layer \(layer.number), \(layer.digest.short)" }
    if let step = leak.step { text += (leak.layer == nil ? "\n    of: " : ", of: ") + step }
    return text + (rule.map { "\n    \($0.hint)" } ?? "")
  }
}

import OCI

/// Looks for secrets in what an image says of itself: its environment, labels, command, history and annotations.
package struct ConfigScan: Sendable {
  private let table: RuleTable

  package init(_ table: RuleTable = .standard) { self.table = table }

  /// A text of the config or manifest.
  private struct Part {
    var place: String
    var text: String
    /// What is set to what in it, by name.
    var values: [(name: String, value: String)] = []
  }

  /// - Parameter annotations: of the manifest.
  package func result(of config: ImageConfig, annotations: [String: String] = [:]) -> ScanResult {
    let parts = parts(of: config, annotations)
    var result = ScanResult()
    // The same secret stands in the environment and in the history of ENV: once is enough.
    var seen: Set<String> = []
    var starts: [Int] = []
    var text = ""
    for part in parts {
      starts.append(text.utf8.count)
      text += part.text + "\n"
    }
    var found: [(part: Int, finding: Finding)] = []
    for hit in hits(in: text) {
      let part = (starts.firstIndex { $0 > hit.range.lowerBound } ?? starts.count) - 1
      guard part >= 0, seen.insert(String(decoding: hit.secret, as: UTF8.self)).inserted else { continue }
      found.append((part, Finding(rule: table.rules[hit.rule].id, path: parts[part].place)))
    }
    for (index, part) in parts.enumerated() {
      for (name, value) in part.values where SecretName.isNamed(name) && SecretName.isSecret(value) {
        let isKnown = seen.contains { $0.contains(value) || value.contains($0) }
        guard !isKnown, seen.insert(value).inserted else { continue }
        found.append((index, Finding(rule: "config-password", path: part.place)))
      }
    }
    for (_, finding) in found.sorted(by: { $0.part < $1.part }) { result.add(finding) }
    return result
  }

  /// A step's text without the secrets in it that rules know, and without `others`.
  package func redacted(_ text: String, others: Set<[UInt8]> = []) -> String {
    var secrets = Set(hits(in: text).map { String(decoding: $0.secret, as: UTF8.self) })
    secrets.formUnion(others.map { String(decoding: $0, as: UTF8.self) })
    // What is shown may leave out more than what is refused: `TOKEN=x make` within a RUN as well.
    for (name, value) in Self.words(of: text).compactMap(Self.pair) where SecretName.isNamed(name) {
      let bare = Self.unquoted(value)
      if SecretName.isSecret(bare) { secrets.insert(bare) }
    }
    // The longest first: one may be a part of another.
    return secrets.filter { !$0.isEmpty }.sorted { $0.utf8.count > $1.utf8.count }
      .reduce(text) { $0.replacing($1, with: "…") }
  }

  private func hits(in text: String) -> [ContentScan.Hit] {
    let scan = ContentScan(table)
    let bytes = Array(text.utf8)
    scan.begin([], size: bytes.count, isSettings: true)
    bytes.withUnsafeBytes { scan.take($0) }
    scan.end()
    return scan.hits
  }

  private func parts(of config: ImageConfig, _ annotations: [String: String]) -> [Part] {
    var parts: [Part] = []
    let container = config.config ?? ContainerConfig()
    for entry in container.env ?? [] {
      let pair = Self.pair(entry)
      parts.append(Part(place: "config.env.\(pair?.name ?? entry)", text: entry, values: pair.map { [$0] } ?? []))
    }
    for (place, labels) in [("config.labels", container.labels ?? [:]), ("annotations", annotations)] {
      for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
        parts.append(Part(place: "\(place).\(key)", text: "\(key)=\(value)", values: [(key, value)]))
      }
    }
    let lists = [
      ("config.entrypoint", container.entrypoint), ("config.cmd", container.cmd), ("config.shell", container.shell),
      ("config.healthcheck", container.healthcheck?.test),
    ]
    for (place, words) in lists {
      if let words { parts.append(Part(place: place, text: words.joined(separator: " "))) }
    }
    for (index, trigger) in (container.onBuild ?? []).enumerated() {
      parts.append(Part(place: "config.onbuild[\(index)]", text: trigger, values: Self.assignments(in: trigger)))
    }
    for (index, step) in (config.history ?? []).enumerated() {
      let text = [step.createdBy, step.comment, step.author].compactMap(\.self).joined(separator: "\n")
      parts.append(
        Part(place: "config.history[\(index)]", text: text, values: Self.assignments(in: step.createdBy ?? "")))
    }
    if let author = config.author { parts.append(Part(place: "config.author", text: author)) }
    return parts
  }

  private static func pair(_ text: String) -> (name: String, value: String)? {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else { return nil }
    return (String(text[..<sign]), String(text[text.index(after: sign)...]))
  }

  /// `NAME=VALUE` in what made a step: of ARG, ENV and LABEL, and before the command of a RUN, where build arguments stand.
  static func assignments(in step: String) -> [(name: String, value: String)] {
    var words = words(of: step)
    guard let first = words.first?.uppercased() else { return [] }
    if first == "RUN" || first.hasPrefix("|") {
      guard let count = words.prefix(2).lazy.compactMap({ $0.hasPrefix("|") ? Int($0.dropFirst()) : nil }).first
      else { return [] }
      words = Array(words.drop { !$0.hasPrefix("|") }.dropFirst().prefix(count * 8).prefix { !$0.hasPrefix("/bin/") })
    } else if !["ARG", "ENV", "LABEL"].contains(first) {
      return []
    }
    return words.compactMap(pair).map { ($0.name, unquoted($0.value)) }
  }

  private static func words(of text: String) -> [String] {
    text.split { $0 == " " || $0 == "\t" || $0 == "\n" }.map(String.init)
  }

  private static func unquoted(_ value: String) -> String { value.filter { $0 != "\"" && $0 != "'" } }
}

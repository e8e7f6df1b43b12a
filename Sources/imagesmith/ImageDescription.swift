import Images
import OCI

/// What `inspect` shows to people.
struct ImageDescription {
  private let image: Image
  private let style: TextStyle

  init(_ image: Image, _ style: TextStyle) {
    self.image = image
    self.style = style
  }

  var text: String { heading + config + layers }

  private var heading: String {
    let digest = image.manifest.map { "  \($0.descriptor.digest)" } ?? ""
    let count = image.layers.count
    let types = image.content.layers.map(\.mediaType.rawValue)
    let isCompressed = types.contains { $0.hasSuffix("gzip") || $0.hasSuffix("zstd") }
    var lines = [style.bold(image.name.printable) + style.faint(digest)]
    lines.append(
      field(
        "size",
        "\(ByteCount.text(image.size)) in \(count) layer\(count == 1 ? "" : "s")\(isCompressed ? ", compressed" : "")"))
    if let base = image.base {
      lines.append(field("base", [base.name, base.digest].compactMap(\.self).joined(separator: "  ")))
    }
    return lines.map { $0 + "\n" }.joined()
  }

  /// Fields in their order; those that come more than once under one heading.
  private var config: String {
    var text = ""
    var latest = ""
    for (name, value) in ConfigChange.fields(of: image.config) {
      let parts = name.split(separator: " ", maxSplits: 1).map(String.init)
      guard parts.count == 2, let plural = Self.plurals[parts[0]] else {
        text += field(name, value) + "\n"
        continue
      }
      let line = ["port", "volume"].contains(parts[0]) ? parts[1] : "\(parts[1])=\(value)"
      text += field(plural == latest ? "" : plural, line) + "\n"
      latest = plural
    }
    let annotations = (image.content.annotations ?? [:]).sorted { $0.key < $1.key }
    for (index, (key, value)) in annotations.enumerated() {
      text += field(index == 0 ? "annotations" : "", "\(key)=\(value)") + "\n"
    }
    return text
  }

  private static let plurals = ["port": "ports", "volume": "volumes", "env": "env", "label": "labels"]

  private func field(_ name: String, _ value: String) -> String {
    "  \(style.paint(name.padded(to: 12), .cyan)) \(value.printable)"
  }

  private var layers: String {
    let biggest = image.layers.map(\.descriptor.size).max() ?? 0
    let steps = image.steps
    guard !steps.isEmpty else { return "" }
    let heading = [
      "#".leftPadded(to: 4), "size".leftPadded(to: 9), "".padded(to: 10), "digest".padded(to: 12), "made by",
    ]
    var lines = ["", style.bold(heading.joined(separator: " "))]
    for step in steps {
      let made = (step.history?.createdBy ?? (step.history == nil ? "(the history does not say)" : "")).onOneLine
      guard let layer = step.layer?.descriptor, let number = step.number else {
        lines.append(style.faint(String(repeating: " ", count: 39) + style.fit(made, after: 39)))
        continue
      }
      // A tenth of the biggest each.
      let length = biggest == 0 ? 0 : (layer.size * 10 + biggest / 2) / biggest
      let bar = String(repeating: "■", count: length).padded(to: 10)
      let size = ByteCount.text(layer.size).leftPadded(to: 9)
      let isBig = layer.size * 4 >= image.size && image.layers.count > 1
      lines.append(
        "\("\(number)".leftPadded(to: 4)) \(isBig ? style.paint(size, .yellow) : size) \(style.paint(bar, .yellow)) "
          + "\(layer.digest.short) \(style.fit(made, after: 39))")
    }
    return lines.map { $0.trimmingTrailingSpaces + "\n" }.joined()
  }
}

extension String {
  /// As a person reads a command: without the spaces that indented it.
  fileprivate var onOneLine: String { split(whereSeparator: \.isWhitespace).joined(separator: " ").printable }

  fileprivate var trimmingTrailingSpaces: String {
    guard let last = lastIndex(where: { $0 != " " }) else { return "" }
    return String(self[...last])
  }
}

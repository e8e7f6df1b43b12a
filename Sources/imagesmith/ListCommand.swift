import ArgumentParser
import FoundationEssentials
import Images
import Layers
import Native

/// `imagesmith ls`: the files of an image, or what one layer changes.
struct ListCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "List the files of an image, or the changes of one of its layers.",
    discussion: """
      Without --layer, the layers laid one upon the other: what upper ones remove is gone. With --layer, all that this \
      layer has in its tar, removed paths marked with a minus, and directories that it empties with an exclamation mark.

      --size lists the biggest first, and directories with all that is in them; a file with several names counts once. \
      Owners have the names that the image's own /etc/passwd and /etc/group give them; with --layer, that layer's. --json prints an object a line: \
      path, type (file, directory, symlink, hardlink, character, block, fifo, removed, emptied), mode (octal), uid, gid, \
      user, group, size (bytes), total (bytes, with --size), modified (seconds since 1970), target, layer.

      \(ImageOptions.help)

      Example:  imagesmith ls pii /etc
                imagesmith ls --size pii /usr/lib
                imagesmith ls -l --layer 7 pii
      """)

  @Argument(help: ArgumentHelp("The image.", valueName: "image"))
  var image: String

  @Argument(help: ArgumentHelp("A directory or file of it.", valueName: "path"))
  var path = "/"

  @Option(
    name: .long,
    help: ArgumentHelp("Only this layer: its number as inspect shows it, or how its digest begins.", valueName: "layer")
  )
  var layer: String?

  @Flag(name: .shortAndLong, help: "As ls -l: mode, links, owner, size, time, target.")
  var long = false

  @Flag(name: [.customShort("R"), .long], help: "Directories with all that is in them.")
  var recursive = false

  @Flag(name: .long, help: "The biggest first.")
  var size = false

  @Flag(name: [.customShort("n"), .customLong("numeric")], help: "Owners as numbers.")
  var numeric = false

  @Flag(name: .long, help: "Print a JSON object a line.")
  var json = false

  @OptionGroup var options: ImageOptions

  mutating func run() async throws {
    let image = try await options.image(image)
    var rows: [FileRow]
    if let layer {
      rows = try await changes(of: image, in: layer)
    } else {
      rows = try await files(of: image)
    }
    if size { rows.sort { ($1.total ?? 0, $0.path) < ($0.total ?? 0, $1.path) } }
    try show(rows)
  }

  private func files(of image: Image) async throws -> [FileRow] {
    let files = try ImageFiles(try await image.list(image.layers, .accounts))
    // As ls: the long form tells of a link itself.
    let top = try files.tree.resolve(path, in: image.name, followsLast: !long)
    let accounts = numeric ? .none : files.accounts
    guard let node = files.tree[top], node.kind == .directory else {
      return files.tree[top].map { [FileRow(top, $0, in: files.tree, accounts, totals: [:])] } ?? []
    }
    let totals = size ? files.tree.totals(of: top) : [:]
    let shown = recursive ? Array(files.tree.descendants(of: top).dropFirst()) : files.tree.children(of: top)
    return shown.map { path, node in
      FileRow(path, node, in: files.tree, accounts, totals: totals, name: Self.name(path, under: top))
    }
  }

  private func changes(of image: Image, in text: String) async throws -> [FileRow] {
    let (number, layer) = try image.layer(text)
    let listing = try await image.list(layer, .accounts)
    let top = LayerPath(path) ?? .root
    let accounts = numeric ? .none : listing.accounts
    return listing.members.filter { $0.path.isWithin(top) }
      .map { FileRow($0, layer: number, accounts) }.sorted { $0.path < $1.path }
  }

  private static func name(_ path: LayerPath, under top: LayerPath) -> [UInt8] {
    top.remainder(of: path)?.bytes ?? path.bytes
  }

  private func show(_ rows: [FileRow]) throws {
    if json {
      let encoder = JSONEncoder.sorted
      let lines = try rows.map { try String(decoding: encoder.encode($0.report), as: UTF8.self) + "\n" }
      return try StandardStream.output.write(lines.joined())
    }
    try StandardStream.output.write(FileTable(rows, isLong: long, showsTotals: size, .standardOutput()).text)
  }
}

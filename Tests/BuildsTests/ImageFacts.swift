import Foundation
import Layers
import Native
import OCI

/// What an image comes to, in a form in which two builders' images can be compared.
struct ImageFacts {
  /// By path: kind, mode, owner, content.
  var files: [String: String] = [:]
  /// By the name of the field.
  var config: [String: String] = [:]

  init(config: ImageConfig, layers: [Layer], blobs: BlobStore) throws {
    let folder = try TemporaryFolder()
    for layer in layers {
      _ = try LayerExtractor(form: .flat).apply(layer.descriptor, diffID: layer.diffID, from: blobs, onto: folder.path)
    }
    for entry in try TreeWalker(root: folder.path).entries() {
      files["\(entry.path)"] = try Self.describe(entry)
    }
    let container = config.config ?? ContainerConfig()
    self.config = [
      "Env": (container.env ?? []).joined(separator: "\n"), "Cmd": "\(container.cmd ?? [])",
      "Entrypoint": "\(container.entrypoint ?? [])", "User": container.user ?? "",
      "WorkingDir": container.workingDir.flatMap { $0.isEmpty ? nil : $0 } ?? "/",
      "ExposedPorts": (container.exposedPorts ?? [:]).keys.sorted().joined(separator: " "),
      "Labels": (container.labels ?? [:]).filter { !$0.key.hasPrefix("io.buildah.") }.sorted { $0.key < $1.key }
        .map { "\($0.key)=\($0.value)" }.joined(separator: "\n"),
      "StopSignal": container.stopSignal ?? "",
      "Volumes": (container.volumes ?? [:]).keys.sorted().joined(separator: " "),
      "OnBuild": "\(container.onBuild ?? [])", "Shell": "\(container.shell ?? [])", "Author": config.author ?? "",
      "Healthcheck": container.healthcheck.map { "\($0)" } ?? "", "Platform": "\(config.platform)",
    ]
  }

  private static func describe(_ entry: LayerEntry) throws -> String {
    let attributes = entry.attributes.map { "\(String(decoding: $0.name, as: UTF8.self))=\($0.value.hexadecimal)" }
      .sorted()
    let rights = "\(String(entry.mode, radix: 8)) \(entry.uid):\(entry.gid) \(attributes)"
    switch entry.kind {
    case .directory: return "folder \(rights)"
    case .file(.path(let path)):
      let bytes = try FileDescriptor.open(path).readAll(limit: 64 << 20)
      return "file \(rights) \(try SHA256.hash(bytes).hexadecimal)"
    case .file(.bytes): return "file \(rights)"
    // A link's own mode means nothing.
    case .symlink(let target): return "link \(entry.uid):\(entry.gid) \(String(decoding: target, as: UTF8.self))"
    case .hardlink(let target): return "name of \(target)"
    case .characterDevice(let major, let minor): return "character device \(major) \(minor) \(rights)"
    case .blockDevice(let major, let minor): return "block device \(major) \(minor) \(rights)"
    case .fifo: return "fifo \(rights)"
    case .whiteout, .opaque: return "removed"
    }
  }
}

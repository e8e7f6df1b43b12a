import Glibc
import Native
import OCI

/// What stands beside an unpacked layer: how large it is, and whether all of it is surely on the disk.
///
/// A snapshot's files are not synced one by one, which would take longer than to unpack it. Instead it says in which boot of
/// the machine it was made: after another one, of which a power cut may have been the cause, it is unpacked anew, unless the
/// whole file system has been synced since.
struct SnapshotMark: Equatable, Sendable {
  /// The boot in which it was made; nil when it is on the disk.
  var boot: String?
  /// Bytes, as far as they are known.
  var size: Int

  static let name = "made"

  /// The machine's present boot. Source: proc(5), `/proc/sys/kernel/random/boot_id`.
  static let presentBoot: String = {
    let bytes = (try? FileDescriptor.open("/proc/sys/kernel/random/boot_id").readAll(limit: 100)) ?? []
    let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
    return text.isEmpty ? "unknown" : text
  }()

  /// Of the snapshot in the folder `entry`; nil when there is none, or none that is whole.
  static func of(_ entry: String) -> SnapshotMark? {
    guard let bytes = try? FileDescriptor.open("\(entry)/\(name)").readAll(limit: 1000) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, let size = Int(words[1]), words[2] == "\n" else { return nil }
    return SnapshotMark(boot: words[0] == "synced" ? nil : String(words[0]), size: size)
  }

  /// Whether the snapshot is what it was made.
  var isSound: Bool { boot == nil || boot == Self.presentBoot }

  func write(to entry: String) throws(LayerError) {
    let line = Array("\(boot ?? "synced") \(size) \n".utf8)
    try LayerError.translating { try AtomicFile.write(line, to: "\(entry)/\(Self.name)", isSynchronized: false) }
  }
}

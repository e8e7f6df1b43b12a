import Native

/// What of one file decides a step that copies it: all that gets into a layer, and so nothing of its times.
struct CopiedFile: Equatable, Sendable {
  /// File, folder, link: one character each, as ls(1) shows them.
  var type: UInt8
  /// The twelve permission bits.
  var mode: UInt32
  /// Zero for a folder of the machine, whose owners do not count.
  var uid: UInt32
  var gid: UInt32
  /// A file's SHA-256, a link's target, a device's numbers, the earlier name of a file that has several.
  var content: [UInt8]
  /// Extended attributes, as one run of bytes; empty for none.
  var attributes: [UInt8]

  init(type: UInt8, mode: UInt32, uid: UInt32, gid: UInt32, content: [UInt8], attributes: [UInt8] = []) {
    self.type = type
    self.mode = mode
    self.uid = uid
    self.gid = gid
    self.content = content
    self.attributes = attributes
  }

  /// What stands for a sort of file.
  static func type(of kind: FileStatus.Kind) -> UInt8 {
    switch kind {
    case .file: UInt8(ascii: "-")
    case .directory: UInt8(ascii: "d")
    case .symlink: UInt8(ascii: "l")
    case .characterDevice: UInt8(ascii: "c")
    case .blockDevice: UInt8(ascii: "b")
    case .fifo: UInt8(ascii: "p")
    case .socket: UInt8(ascii: "s")
    }
  }

  /// The same for a person.
  static func name(ofType type: UInt8) -> String {
    switch type {
    case UInt8(ascii: "d"): "a folder"
    case UInt8(ascii: "l"): "a link"
    case UInt8(ascii: "c"), UInt8(ascii: "b"): "a device"
    case UInt8(ascii: "p"): "a fifo"
    case UInt8(ascii: "h"): "another name of a file"
    default: "a file"
    }
  }
}

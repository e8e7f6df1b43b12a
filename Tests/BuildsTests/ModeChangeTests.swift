import Foundation
import Testing

@testable import Builds

/// `--chmod` as chmod(1) understands it.
struct ModeChangeTests {
  static let changes = [
    "0644", "755", "4755", "1777", "0", "u=rwX,go=rX", "a+X", "go-w", "+x", "+w", "-w", "=r", "u+s,g+s", "+t", "g=u",
    "o=g-w",
    "u=rw,go=", "a=", "o+rw,o-w", "ug=rwx,o=rx", "u-s", "go=u-w", "a+rwxst",
  ]

  @Test("the same bits as from the program, for files and folders", arguments: changes)
  func agrees(text: String) throws {
    let change = try #require(ModeChange(text))
    let folder = try TemporaryFolder()
    for mode: UInt32 in [0o644, 0o755, 0o600, 0o4711, 0o2770, 0o1777, 0o000, 0o010] {
      for isDirectory in [false, true] {
        let path = "\(folder.path)/\(UUID())"
        try folder.write([String(path.dropFirst(folder.path.count + 1)) + (isDirectory ? "/" : ""): ""])
        try #require(chmod(path, mode) == 0)
        try #require(
          try Shell.run(["sh", "-c", "umask 022; chmod -- \"$1\" \"$2\"; true", "sh", text, path]).code == 0)
        var expected = stat()
        try #require(stat(path, &expected) == 0)
        // Octal digits are the whole mode here, where the program leaves a folder its special bits.
        let isOctal = UInt32(text, radix: 8) != nil
        let wanted = isOctal ? UInt32(text, radix: 8) ?? 0 : expected.st_mode & 0o7777
        let got = change.applied(to: mode, isDirectory: isDirectory)
        #expect(
          got == wanted,
          "\(String(mode, radix: 8)) \(isDirectory): \(String(got, radix: 8)) \(String(wanted, radix: 8))")
      }
    }
  }

  @Test(
    "what is no mode", arguments: ["", "rw", "u", "u=q", "17777", "8", "u=rw,", ",u=r", "+0644", "u=gr", "z+r", "-1"])
  func refused(text: String) {
    #expect(ModeChange(text) == nil)
  }
}

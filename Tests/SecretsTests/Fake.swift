/// Makes up secrets that have the form of real ones. None stands in this repository whole, where other scanners would find
/// it.
enum Fake {
  /// So many characters of `alphabet`, other ones for each seed, the same each time. The first three are a capital, a small
  /// letter and a digit, if the alphabet has such.
  static func random(_ count: Int, _ alphabet: String = alphanumeric, seed: UInt64 = 1) -> String {
    let characters = Array(alphabet)
    var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    func next(_ characters: [Character]) -> Character {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return characters[Int(state >> 33) % characters.count]
    }
    let kinds: [(Character) -> Bool] = [
      { ("A"..."Z").contains($0) }, { ("a"..."z").contains($0) }, { ("0"..."9").contains($0) },
    ]
    let first = kinds.map { kind in characters.filter(kind) }.filter { !$0.isEmpty }.map { next($0) }
    return String((first + (0..<max(0, count - first.count)).map { _ in next(characters) }).prefix(count))
  }

  static let capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
  static let alphanumeric = capitals + capitals.lowercased() + "0123456789"
  static let base64 = alphanumeric + "+/"

  static let keyID = "AK" + "IA" + random(16, capitals + "234567")
  static let secretKey = random(40, base64)
  static let sessionToken = "IQoJb3JpZ2luX2Vj" + random(300, base64)
  static let gitHub = "gh" + "p_" + random(36)
  static let password = "correct-horse-7"
  static let hash = "$" + "y$j9T$" + random(22) + "$" + random(43)

  /// Its first line, the base64 in lines, its last line. By its label a key of DER, or of OpenSSH.
  static func privateKey(_ label: String = "RSA PRIVATE KEY", between: String = "\n", bytes: Int = 1200) -> String {
    let content = Array(random(bytes).utf8)
    let head: [UInt8] =
      switch bytes {
      case _ where label.contains("OPENSSH"): Array("openssh-key-v1\0".utf8)
      case ..<128: [0x30, UInt8(bytes)]
      case ..<256: [0x30, 0x81, UInt8(bytes)]
      default: [0x30, 0x82, UInt8(bytes >> 8), UInt8(bytes & 255)]
      }
    let body = Array(encoded(head + content))
    let lines = stride(from: 0, to: body.count, by: 64).map { String(body[$0..<min($0 + 64, body.count)]) }
    return (["-----BEGIN " + label + "-----"] + lines + ["-----END " + label + "-----", ""]).joined(separator: between)
  }

  static func encoded(_ text: String) -> String { encoded(Array(text.utf8)) }

  static func encoded(_ bytes: [UInt8]) -> String {
    let characters = Array(base64)
    return stride(from: 0, to: bytes.count, by: 3).map { start in
      let three = Array(bytes[start..<min(start + 3, bytes.count)])
      let bits = three.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - three.count))
      let four = [18, 12, 6, 0].map { characters[bits >> $0 & 63] }
      return String(four.prefix(three.count + 1)) + String(repeating: "=", count: 3 - three.count)
    }.joined()
  }
}

import Testing

@testable import Native

struct SHA256Tests {
  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }

  @Test(
    "FIPS 180-4's example digests",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
  func examples(text: String, digest: String) throws {
    #expect(hex(try SHA256.hash(Array(text.utf8))) == digest)
  }

  @Test("pieces and the whole have the same digest")
  func pieces() throws {
    let bytes = [UInt8](repeating: 7, count: 100_000)
    var sha = try SHA256()
    for start in stride(from: 0, to: bytes.count, by: 777) {
      try sha.update(Array(bytes[start..<min(start + 777, bytes.count)]))
    }
    #expect(try sha.finish() == SHA256.hash(bytes))
  }

  @Test("RFC 4231's second HMAC example, and an empty key")
  func authentication() throws {
    let code = try SHA256.authenticate(Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
    #expect(hex(code) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    let empty = try SHA256.authenticate([], key: [])
    #expect(hex(empty) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }
}

struct PasswordHashTests {
  @Test("a hash is yescrypt, salted anew, and matches only its password")
  func roundTrip() throws {
    let hash = try PasswordHash.make(of: "correct horse")
    #expect(hash.hasPrefix("$y$"))
    #expect(PasswordHash.matches("correct horse", hash))
    #expect(!PasswordHash.matches("correct hors", hash))
    #expect(!PasswordHash.matches("correct horse", "!"))
    #expect(try PasswordHash.make(of: "correct horse") != hash)
  }
}

struct BlockingPoolTests {
  @Test("more work than threads is done, each once")
  func manyJobs() async throws {
    let pool = BlockingPool(threads: 3)
    let sum = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 1...200 { group.addTask { try await pool.run { number } } }
      return try await group.reduce(0, +)
    }
    #expect(sum == 20_100)
  }

  @Test("what the body throws reaches the caller")
  func failure() async {
    await #expect(throws: NativeError.self) {
      try await BlockingPool.shared.run { throw NativeError(operation: "try", reason: "no") }
    }
  }
}

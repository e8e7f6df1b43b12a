import AWS
import Builds
import Dockerfiles
import Native
import Registries
import Testing

@testable import imagesmith

struct FailureTests {
  @Test(
    "each kind of error has the exit code that the help lists",
    arguments: [
      (BuildError(code: .commandFailed(status: 7), message: "m"), Failure.Code.failed),
      (BuildError(code: .input, message: "m"), .input),
      (BuildError(code: .base, message: "m"), .unavailable),
      (BuildError(code: .baseDenied, message: "m"), .notAllowed),
      (RegistryError(code: .unauthorized, message: "m"), .notAllowed),
      (RegistryError(code: .unavailable, message: "m"), .unavailable),
      (AWSError(code: .noCredentials, message: "m"), .notAllowed),
      (AWSError(code: .throttled, message: "m"), .unavailable),
      (DockerfileError(code: .syntax, reason: "m"), .input),
      (HTTPError(code: .connect, url: "http://127.0.0.1:1/", reason: "m"), .unavailable),
    ] as [(any Error & Sendable, Failure.Code)])
  func exitCodes(error: any Error & Sendable, code: Failure.Code) throws {
    let failure = try #require(Failure(error))
    #expect(failure.exitCode == code)
    #expect(failure.message?.contains("m") == true)
  }

  @Test("what nobody knows is left to the argument parser")
  func unknown() {
    struct Unknown: Error {}
    #expect(Failure(Unknown()) == nil)
  }
}

struct OptionTests {
  @Test("--secret takes a file or a variable, as docker's does")
  func secrets() throws {
    let (id, secret) = try SecretOption.parse("id=token,src=/run/token")
    #expect(id == "token")
    #expect(secret == .file("/run/token"))
    let (_, path) = try SecretOption.parse("id=path,env=PATH")
    #expect(path == .value(Array(Environment.path.utf8)))
  }

  @Test(
    "a --secret that is not understood is wrong usage, and its value is not repeated",
    arguments: ["hunter2", "src=/hunter2", "id", "id=x,env=NOT_SET_HUNTER2"])
  func wrongSecrets(text: String) {
    let failure = #expect(throws: Failure.self) { try SecretOption.parse(text) }
    #expect(failure?.exitCode == .usage)
    #expect(failure?.hint != nil)
    if !text.contains("env=") { #expect(failure?.message?.contains("/hunter2") == false) }
  }

  @Test("NAME=VALUE, values with = and without any, names from elsewhere")
  func pairs() throws {
    #expect(try NameValue.pairs(["a=b=c", "d="], option: "--label") == ["a": "b=c", "d": ""])
    #expect(
      try NameValue.pairs(["A", "B"], option: "--build-arg", elsewhere: ["A": "1"]) == ["A": "1"])
    #expect(throws: Failure.self) { try NameValue.pairs(["=x"], option: "--label") }
    #expect(throws: Failure.self) { try NameValue.pairs(["x"], option: "--label") }
  }
}

struct TextTests {
  @Test(
    "bytes and seconds as people read them",
    arguments: [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (13_640, "13.6 kB"), (421_987_654, "422 MB")])
  func bytes(count: Int, text: String) {
    #expect(ByteCount.text(count) == text)
  }

  @Test(
    "sizes as people write them",
    arguments: [
      ("0", 0), ("500MB", 500_000_000), ("10gb", 10_000_000_000), ("1.5GiB", 3 << 29), ("20 G", 20_000_000_000),
      ("64k", 64_000),
    ])
  func sizes(text: String, bytes: Int) throws {
    #expect(try ByteCount.parse(text, option: "--max-size") == bytes)
  }

  @Test("what is no size is wrong usage", arguments: ["", "GB", "-1", "ten", "1.2.3MB", "5XB", "99999999999TB", "nan"])
  func wrongSizes(text: String) {
    let failure = #expect(throws: Failure.self) { try ByteCount.parse(text, option: "--max-size") }
    #expect(failure?.exitCode == .usage)
    #expect(failure?.message?.contains("--max-size") == true)
  }

  @Test("a line of the cache's list: size, age, a star for what is in use, what it is")
  func cacheLines() {
    var entry = CacheEntry(
      kind: .layer, name: "sha256:0123456789abcdef", instruction: "RUN a  b", size: 1_500_000, unpackedSize: 5,
      lastUsed: 1000, isInUse: false)
    #expect(CacheListCommand.line(entry, now: 1000 + 7200) == "  1.5 MB       2h   0123456789ab  RUN a b")
    entry.isInUse = true
    entry.kind = .mount
    entry.name = "pip"
    #expect(CacheListCommand.line(entry, now: 1010) == "  1.5 MB      now*  cache mount pip")
  }

  @Test("how long ago", arguments: [(-5, "now"), (59, "now"), (60, "1m"), (7199, "1h"), (86_400 * 3, "3d")])
  func ages(seconds: Int, text: String) {
    #expect(ElapsedTime.text(seconds: seconds) == text)
  }

  @Test("seconds", arguments: [(0.04, "0.0s"), (59.94, "59.9s"), (72.3, "1m12s")])
  func seconds(seconds: Double, text: String) {
    #expect(StepText.seconds(seconds) == text)
  }

  @Test("one-time passwords are long, plain, and never the same")
  func passwords() throws {
    let all = try (0..<50).map { _ in try OneTimePassword.make() }
    #expect(Set(all).count == 50)
    #expect(all.allSatisfy { $0.count == 14 && !$0.contains { "0Oo1lIi".contains($0) } })
  }
}

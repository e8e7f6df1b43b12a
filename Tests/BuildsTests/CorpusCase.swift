import Foundation
import Testing

/// One Dockerfile of `Fixtures/corpus`. Comments at its head say how it is built and what is expected:
///
///     # build-arg: NAME=VALUE        one `--build-arg`
///     # target: STAGE                `--target`
///     # fails: TEXT                  no builder builds it, and the error here has the text
///     # differs: WHAT: REASON        a path, a field of the configuration, or `failure`, in which BuildKit, whose
///                                    behaviour counts, is not as buildah; it must differ indeed
struct CorpusCase {
  let name: String
  let file: String
  let text: String
  private(set) var arguments: [String: String] = [:]
  private(set) var target: String?
  private(set) var failure: String?
  private(set) var differences: [String: String] = [:]

  init(_ name: String) throws {
    self.name = name
    file = "\(Self.fixtures)/corpus/\(name)"
    text = try String(contentsOfFile: file, encoding: .utf8)
    for line in text.split(whereSeparator: \.isNewline) {
      guard let match = try /# (build-arg|target|fails|differs): (.*)/.wholeMatch(in: line) else { continue }
      let value = String(match.2)
      switch match.1 {
      case "build-arg":
        let (key, text) = try #require(Self.halves(value, at: "="))
        arguments[key] = text
      case "target": target = value
      case "fails": failure = value
      default:
        let (what, reason) = try #require(Self.halves(value, at: ": "))
        differences[what] = reason
      }
    }
  }

  private static func halves(_ text: String, at separator: String) -> (String, String)? {
    guard let place = text.firstRange(of: separator) else { return nil }
    return (String(text[..<place.lowerBound]), String(text[place.upperBound...]))
  }

  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().path + "/Fixtures"

  /// All, or those whose names begin with what the variable `CORPUS` says.
  static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: fixtures + "/corpus")) ?? [])
    .filter { !$0.hasSuffix(".dockerignore") && $0.hasPrefix(ProcessInfo.processInfo.environment["CORPUS"] ?? "") }
    .sorted()

  /// The build context that all share.
  static let context: Result<TemporaryFolder, any Error> = Result {
    let folder = try TemporaryFolder()
    let made = try Shell.run(["\(fixtures)/make-context", folder.path])
    try #require(made.code == 0, "\(made.output)")
    return folder
  }
}

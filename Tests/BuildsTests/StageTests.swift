import Foundation
import OCI
import Testing

@testable import Builds

/// Stages, their bases, and what takes their place.
@Suite(.enabled(if: geteuid() == 0, "mounting an overlay needs root"))
struct StageTests {
  @Test("only what the target needs is built; a target by name and by number")
  func targets() async throws {
    let bench = try Workbench(["a": "a"])
    let file = """
      FROM scratch AS first
      COPY a /first
      FROM scratch AS broken
      COPY nothing /
      FROM first
      COPY a /last
      """
    #expect(try await bench.build(file).text("/first") == "a")
    for target in ["first", "0"] {
      let made = try await bench.build(file) { $0.target = target }
      #expect(try await made.status("/last") == nil)
    }
    #expect(try await bench.failure(file) { $0.target = "broken" }.message.contains("nothing is not in"))
  }

  @Test("a stage goes on with the arguments and the environment of the one that it begins from")
  func inheritance() async throws {
    let made = try await Workbench().build(
      """
      FROM localhost/tiny AS one
      ARG A=1
      ENV B=2
      FROM one
      RUN echo $A $B
      """)
    #expect(made.output == "1 2\n")
  }

  @Test("triggers of the base come first, and are not handed on")
  func triggers() async throws {
    let bench = try Workbench(["a": "a"])
    let made = try await bench.build(
      """
      FROM localhost/tiny AS base
      ONBUILD COPY a /triggered
      ONBUILD RUN cat /triggered > /ran
      FROM base
      COPY a /last
      """)
    #expect(try await made.text("/ran") == "a")
    #expect(made.image.config.config?.onBuild == nil)
    let labels = made.events.compactMap { if case .began(let step) = $0 { step.label } else { nil } }
    #expect(labels.last == "[stage-1 4/4]")
    let texts = made.events.compactMap { if case .began(let step) = $0 { step.text } else { nil } }
    #expect(texts.contains("FROM localhost/tiny AS base"))
    let error = try await bench.failure("FROM scratch AS base\nONBUILD COPY none /\nFROM base\n")
    #expect(error.message == "ONBUILD of base:1:1: none is not in the build context")
  }

  @Test("each layer that is made is told with its step and its size")
  func packedLayers() async throws {
    let made = try await Workbench(["a": "a"]).build("FROM localhost/tiny\nCOPY a /\nENV A=1\nRUN echo > /x\n")
    let packed = made.events.compactMap { event -> [Int]? in
      if case .packed(let step, let bytes) = event { [step.number, bytes] } else { nil }
    }
    #expect(packed == [[2, made.image.layers[1].descriptor.size], [4, made.image.layers[2].descriptor.size]])
  }

  @Test("a FROM is told with the values of its variables")
  func expandedBase() async throws {
    let made = try await Workbench().build(
      "ARG BASE=localhost/tiny\nARG P=linux/amd64\nFROM --platform=$P ${BASE} AS one\nFROM one\nENV A=${BASE}\n")
    let texts = made.events.compactMap { if case .began(let step) = $0 { step.text } else { nil } }
    #expect(texts == ["FROM --platform=linux/amd64 localhost/tiny AS one", "FROM one", "ENV A=${BASE}"])
  }

  @Test("a trigger may copy from a stage, which is built for it")
  func triggersFromStages() async throws {
    let made = try await Workbench(["a": "a"]).build(
      """
      FROM scratch AS source
      COPY a /made
      FROM scratch AS base
      ONBUILD COPY --from=source /made /copied
      FROM base
      """)
    #expect(try await made.text("/copied") == "a")
  }

  @Test("named contexts: a folder for COPY --from, an image for a name or for a stage")
  func namedContexts() async throws {
    let bench = try Workbench(["a": "a"])
    let other = try TemporaryFolder()
    try other.write(["file": "elsewhere", ".dockerignore": "hidden", "hidden": ""])
    let layout = try TinyBase.layout.get()
    let made = try await bench.build(
      "FROM scratch AS replaced\nCOPY nothing /\nFROM replaced\nCOPY --from=files . /f\n"
    ) {
      $0.namedContexts = ["files": .directory(other.path), "replaced": .image("oci:\(layout):tiny")]
    }
    #expect(try await made.text("/f/file") == "elsewhere")
    #expect(try await made.status("/f/hidden") == nil)
    #expect(try await made.text("/etc/passwd")?.isEmpty == false)
  }

  @Test("a folder as a base, from the cache the second time")
  func folderAsBase() async throws {
    let bench = try Workbench()
    let other = try TemporaryFolder()
    try other.write(["file": "elsewhere", "folder/inner": "", ".dockerignore": "hidden", "hidden": ""])
    for cached in [[], [1]] {
      let made = try await bench.build("FROM files\nLABEL a=b\n") {
        $0.namedContexts = ["files": .directory(other.path)]
      }
      #expect(made.cached == cached)
      #expect(try await made.text("/file") == "elsewhere")
      #expect(try await made.status("/folder/inner")?.uid == 0)
      #expect(try await made.status("/hidden") == nil)
      #expect(made.image.config.history?.map(\.createdBy) == ["FROM files", "LABEL a=b"])
    }
  }

  @Test("the configuration: Docker's PATH where the base has none, labels from outside, no time but the epoch's")
  func configuration() async throws {
    let made = try await Workbench().build("FROM scratch\nLABEL a=1 b=2\n") {
      $0.labels = ["b": "3"]
      $0.epoch = 1_000_000_000
    }
    let config = made.image.config
    #expect(config.config?.env == ["PATH=\(ImageBuilder.standardPath)"])
    #expect(config.config?.workingDir == "/")
    #expect(config.config?.labels == ["a": "1", "b": "3"])
    #expect(config.created == "2001-09-09T01:46:40Z")
    #expect(config.history?.map(\.createdBy) == ["LABEL a=1 b=2"])
  }

  @Test("the last lines of a command that writes much are kept, and no more")
  func outputTail() {
    let tail = OutputTail(lines: 3)
    for number in 0..<100_000 {
      Array("line \(number)\n".utf8).withUnsafeBytes { tail.append($0) }
    }
    #expect(tail.text == "line 99997\nline 99998\nline 99999")
    let long = OutputTail(lines: 3)
    for _ in 0..<100 { [UInt8](repeating: 65, count: 10_000).withUnsafeBytes { long.append($0) } }
    #expect(long.text.utf8.count <= 128 << 10)
  }
}

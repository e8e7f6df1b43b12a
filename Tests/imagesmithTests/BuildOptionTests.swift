import ArgumentParser
import Builds
import Dockerfiles
import Foundation
import Native
import OCI
import Sandboxes
import Testing

@testable import imagesmith

/// The values of `imagesmith build`'s options: what docker's users write.
struct BuildOptionTests {
  /// The message of the usage error that `body` ends with.
  private func refusal(_ body: () throws -> Void) throws -> String {
    let failure = try #require(#expect(throws: Failure.self, performing: body))
    #expect(failure.exitCode == .usage)
    #expect(failure.hint != nil)
    return failure.message ?? ""
  }

  @Test("names: a tag of the store, or a whole reference, as it is written")
  func names() throws {
    for name in ["tools", "v1.2", "host.example:5000/team/tools:1", "team/tools", "localhost/x:y"] {
      #expect(try TagName.parse(name) == name)
    }
    for name in ["", "Team/Tools", "a b", "x:", "../x", "a@sha256:\(String(repeating: "0", count: 64))"] {
      #expect(try refusal { _ = try TagName.parse(name) }.contains("--tag \(name)"))
    }
  }

  @Test("platforms")
  func platforms() throws {
    #expect(try PlatformOption.parse("linux/arm/v7") == Platform(architecture: "arm", variant: "v7"))
    #expect(try PlatformOption.parse("aarch64") == Platform(architecture: "arm64"))
    for text in ["linux/amd64,linux/arm64", "windows/amd64", "", "linux/", "a/b/c/d", "linux/am d"] {
      #expect(try refusal { _ = try PlatformOption.parse(text) }.contains("--platform"))
    }
  }

  @Test("annotations: of the manifest alone, and of another platform's not at all")
  func annotations() throws {
    let here = Platform(architecture: "amd64")
    let given = ["a.b=1=2", "manifest:c=x:y", "manifest[linux/amd64]:d=", "manifest[linux/arm64]:e=5"]
    #expect(try AnnotationOption.parse(given, for: here) == ["a.b": "1=2", "c": "x:y", "d": ""])
    for text in ["a", "=x", "index:a=1", "manifest,index:a=1", "manifest-descriptor:a=1"] {
      #expect(try refusal { _ = try AnnotationOption.parse([text], for: here) }.contains("--annotation"))
    }
  }

  @Test("hosts")
  func hosts() throws {
    #expect(try HostOption.parse("db:10.0.0.5") == .init(name: "db", address: "10.0.0.5"))
    #expect(try HostOption.parse("db=::1") == .init(name: "db", address: "::1"))
    #expect(try HostOption.parse("db:[fe80::1]") == .init(name: "db", address: "fe80::1"))
    #expect(try HostOption.parse("me:host-gateway").address == "127.0.0.1")
    for text in ["db", "db:", ":1.2.3.4", "db:1.2.3", "db:name", "d\nb:1.2.3.4"] {
      #expect(try refusal { _ = try HostOption.parse(text) }.contains("--add-host"))
    }
  }

  @Test("resource limits")
  func limits() throws {
    #expect(try ResourceOption.parse("nofile=1024:4096") == .init(name: "nofile", soft: 1024, hard: 4096))
    #expect(try ResourceOption.parse("core=-1") == .init(name: "core", soft: .max, hard: .max))
    for text in ["nofile", "nofile=", "nofile=2:1", "files=1", "nofile=-2", "nofile=99999999999999999999"] {
      #expect(try refusal { _ = try ResourceOption.parse(text) }.contains("--ulimit"))
    }
  }

  @Test(
    "outputs",
    arguments: [
      ("out", ExportOption(form: .local, destination: "out")),
      ("-", ExportOption(form: .tar, destination: "-")),
      ("type=tar,dest=x.tar", ExportOption(form: .tar, destination: "x.tar")),
      ("type=tar", ExportOption(form: .tar, destination: "-")),
      ("type=oci,dest=layout", ExportOption(form: .oci, destination: "layout")),
      ("type=oci,dest=x.tar", ExportOption(form: .ociArchive, destination: "x.tar")),
      ("type=oci,dest=x.tar,tar=false", ExportOption(form: .oci, destination: "x.tar")),
      ("type=oci,dest=x,tar=true", ExportOption(form: .ociArchive, destination: "x")),
      ("type=oci,dest=-", ExportOption(form: .ociArchive, destination: "-")),
      ("dest=a,type=oci-archive,name=team/x:1", ExportOption(form: .ociArchive, destination: "a", name: "team/x:1")),
      ("type=docker,dest=-", ExportOption(form: .docker, destination: "-")),
      ("type=docker,dest=/dev/stdout", ExportOption(form: .docker, destination: "-")),
      ("type=local,dest=out", ExportOption(form: .local, destination: "out")),
    ])
  func outputs(text: String, export: ExportOption) throws {
    #expect(try ExportOption.parse(text) == export)
  }

  @Test(
    "outputs that are not understood",
    arguments: [
      "type=oci", "type=docker", "type=local,dest=-", "type=image,name=x,push=true", "type=registry", "type=zip,dest=x",
      "dest=x", "type=oci,dest=x,level=2", "type=oci,dest", "type=local,dest=",
    ])
  func wrongOutputs(text: String) throws {
    #expect(try refusal { _ = try ExportOption.parse(text) }.contains("--output \(text)"))
  }

  @Test("only one output goes to stdout")
  func oneStandardOutput() throws {
    let options = try ExportOptions.parse(["-o", "-", "--output", "type=docker,dest=-"])
    #expect(try refusal { _ = try options.exports() }.contains("stdout"))
  }

  @Test("compression: what is given, else what the roster says, with its own levels")
  func compression() throws {
    func parse(_ arguments: String..., or standard: Compression = .zstd(level: 3)) throws -> Compression {
      try CompressionOptions.parse(arguments).compression(or: standard)
    }
    #expect(try parse() == .zstd(level: 3))
    #expect(try parse(or: .gzip(level: 6)) == .gzip(level: 6))
    #expect(try parse("--compression", "gzip") == .defaultGzip)
    #expect(try parse("--compression-level", "19") == .zstd(level: 19))
    #expect(try parse("--compression", "uncompressed") == .none)
    #expect(try refusal { _ = try parse("--compression", "gzip", "--compression-level", "10") }.contains("gzip"))
    #expect(
      try refusal { _ = try parse("--compression", "uncompressed", "--compression-level", "1") }.contains("level"))
    #expect(throws: (any Error).self) { try CompressionOptions.parse(["--compression", "brotli"]) }
  }

  @Test("all that a build takes comes into the request")
  func request() throws {
    let options = try BuildOptions.parse([
      "--no-cache-filter", "Base,2", "--no-cache-filter", "web", "--pull", "--build-arg", "A=1", "--build-arg", "PATH",
      "--build-arg", "NOBODY_SETS_THIS", "--network", "none", "--add-host", "db:10.0.0.5", "--shm-size", "64m",
      "--ulimit", "nofile=10",
    ])
    let dockerfile = try Dockerfile.parse("FROM scratch\n")
    var request = BuildRequest(dockerfile: dockerfile, context: try BuildContext(directory: "/"))
    try options.apply(to: &request)
    #expect(request.uncachedStages == ["base", "2", "web"])
    #expect(request.usesCache && request.pullsBases)
    #expect(request.arguments["A"] == "1")
    #expect(request.arguments["PATH"] == Environment.variables["PATH"])
    #expect(request.arguments.keys.contains("NOBODY_SETS_THIS") == false)
    #expect(request.network == .none)
    #expect(request.limits.sharedMemory == 64 << 20)
    #expect(request.limits.description == ["host db 10.0.0.5", "shm 67108864", "limit nofile 10 10"])
    for arguments in [["--network", "bridge"], ["--shm-size", "big"], ["--shm-size", "0"]] {
      let wrong = try BuildOptions.parse(arguments)
      #expect(try refusal { try wrong.apply(to: &request) }.contains(arguments[0]))
    }
  }

  @Test("a label without a value is empty, as docker has it")
  func labels() throws {
    #expect(try NameValue.pairs(["a", "b=", "c=1"], option: "--label", or: "") == ["a": "", "b": "", "c": "1"])
  }

  @Test("flags with a value, as docker's take one; what follows -- stays")
  func booleans() {
    let given = ["build", "--no-cache=true", "--pull=false", "-q=1", "--quiet=maybe", "--tag=true", "--", "--rm=true"]
    #expect(
      BooleanFlags.normalized(given)
        == ["build", "--no-cache", "-q", "--quiet=maybe", "--tag=true", "--", "--rm=true"])
  }

  @Test("a dash alone is stdin or stdout")
  func dashes() throws {
    let command = try BuildCommand.parse(["-f", "-", "-o", "-", "--rm", "--provenance=false", "."])
    #expect(command.dockerfile.file == "-")
    #expect(command.export.output == ["-"])
    #expect(command.ignored.given == ["--rm"])
    #expect(try BuildCommand.parse(["-"]).dockerfile.context == "-")
  }

  @Test("metadata has BuildKit's keys")
  func metadata() throws {
    let digest = try #require(Digest("sha256:" + String(repeating: "a", count: 64)))
    let metadata = BuildMetadata(
      config: digest, descriptor: Descriptor(mediaType: .imageManifest, digest: digest, size: 7), names: ["a", "b/c:1"])
    let text = String(decoding: try JSONEncoder.sorted.encode(metadata), as: UTF8.self)
    #expect(
      text == """
        {"containerimage.config.digest":"\(digest)","containerimage.descriptor":{"digest":"\(digest)",\
        "mediaType":"application/vnd.oci.image.manifest.v1+json","size":7},"containerimage.digest":"\(digest)",\
        "image.name":"a,b/c:1"}
        """)
  }
}

import Testing

@testable import Dockerfiles

@Suite struct MountTests {
  private func mount(_ options: String, _ values: [String: String] = [:]) throws -> Mount {
    guard case .run(let run) = try kind("RUN --mount=\(options) true"), let first = run.mounts.first else {
      throw NotOneInstruction(count: 0)
    }
    let expander = WordExpander(escape: "\\", source: SourceText(file: "Dockerfile", lines: []))
    return try Mount(first, expander: expander) { values[$0] }
  }

  @Test func hasTheDefaultsOfItsKind() throws {
    let bind = try mount("target=/a")
    #expect(bind.kind == .bind && bind.isReadOnly && bind.target == "/a" && bind.from == nil && bind.source == nil)
    let cache = try mount("type=cache,dst=/a")
    #expect(cache.kind == .cache && !cache.isReadOnly && cache.sharing == .shared && cache.mode == nil)
    let tmpfs = try mount("type=tmpfs,destination=/a")
    #expect(tmpfs.kind == .tmpfs && !tmpfs.isReadOnly && tmpfs.size == nil)
    let secret = try mount("type=secret,id=s")
    #expect(secret.kind == .secret && secret.id == "s" && secret.isReadOnly && !secret.isRequired)
    #expect(try mount("type=ssh").kind == .ssh)
    #expect(try mount("type=bind").target == nil)
  }

  @Test func readsAllOptions() throws {
    let cache = try mount("TYPE=CACHE,id=a,target=/b,from=c,source=d,sharing=locked,uid=1,gid=2,mode=0750,ro")
    #expect(cache.id == "a" && cache.target == "/b" && cache.from == "c" && cache.source == "d")
    #expect(cache.sharing == .locked && cache.uid == 1 && cache.gid == 2 && cache.mode == 0o750 && cache.isReadOnly)
    let secret = try mount("type=secret,src=a,env=B,required,mode=0440")
    #expect(secret.source == "a" && secret.env == "B" && secret.isRequired && secret.mode == 0o440)
    #expect(try mount("type=secret,id=a,required=false").isRequired == false)
    #expect(try mount("type=tmpfs,target=/a,size=1g").size == 1 << 30)
    #expect(try !mount("target=/a,rw").isReadOnly)
    #expect(try mount("target=/a,rw=false").isReadOnly)
    #expect(try !mount("target=/a,readonly=0").isReadOnly)
  }

  @Test func expandsWhatItMay() throws {
    let values = ["ARCH": "arm64", "KIND": "cache", "SIZE": "1m"]
    let cache = try mount("type=$KIND,target=/c/${ARCH},id=go-$ARCH", values)
    #expect(cache.kind == .cache && cache.target == "/c/arm64" && cache.id == "go-arm64")
    #expect(throws: DockerfileError.self) { try mount("type=$NOPE,target=/c", values) }
  }

  @Test func readsQuotedFields() throws {
    #expect(try mount("'type=cache,\"target=/a,b\"'").target == "/a,b")
    #expect(try mount("'type=cache,\"target=/a\"\"b\"\"\"'").target == "/ab")
    #expect(throws: DockerfileError.self) { try mount("'type=cache,target=\"/a'") }
  }

  @Test func keepsTheirOrder() throws {
    guard
      case .run(let run) = try kind(
        "RUN --mount=target=/a --mount=from=x,target=/b --network=none --security=insecure \\\n --device=vendor/gpu=all true"
      )
    else { return }
    #expect(run.mounts.map(\.word.text) == ["target=/a", "from=x,target=/b"])
    #expect(run.mounts.map { $0.from?.text } == [nil, "x"])
    #expect(run.network == RunInstruction.Network.none)
    #expect(run.security == .insecure)
    #expect(run.devices.map(\.text) == ["vendor/gpu=all"])
    #expect(run.command == .shell("true"))
  }
}

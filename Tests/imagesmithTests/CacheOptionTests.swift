import OCI
import Testing

@testable import imagesmith

@Suite("--cache-from and --cache-to")
struct CacheOptionTests {
  private static let reference = Reference(registry: "127.0.0.1:5000", repository: "team/cache", tag: "main")
  private static let registry = CacheOption(place: .registry(reference))

  private static func option(_ change: (inout CacheOption) -> Void) -> CacheOption {
    var option = registry
    change(&option)
    return option
  }

  @Test(
    "what is understood",
    arguments: [
      ("127.0.0.1:5000/team/cache:main", CacheOption.Direction.from, registry),
      ("type=registry,ref=127.0.0.1:5000/team/cache:main", .from, registry),
      ("127.0.0.1:5000/team/cache:main", .to, registry),
      ("ref=127.0.0.1:5000/team/cache:main,type=registry,mode=max", .to, registry),
      (
        "type=registry,ref=127.0.0.1:5000/team/cache:main,oci-mediatypes=true,image-manifest=true,mode=min", .to,
        option { $0.hasAllStages = false }
      ),
      (
        "type=registry,ref=127.0.0.1:5000/team/cache:main,mounts=true,ignore-error=false", .to,
        option {
          $0.hasMounts = true
          $0.ignoresErrors = false
        }
      ),
      ("type=local,src=/var/cache/x", .from, option { $0.place = .folder("/var/cache/x", tag: "latest") }),
      ("type=local,dest=/var/cache/x/,tag=main", .to, option { $0.place = .folder("/var/cache/x", tag: "main") }),
      (
        "debian", .from,
        option { $0.place = .registry(Reference(registry: "docker.io", repository: "library/debian", tag: "latest")) }
      ),
    ])
  func understood(text: String, direction: CacheOption.Direction, option: CacheOption) throws {
    #expect(try CacheOption.parse(text, direction) == option)
  }

  @Test(
    "what is not, with what to write instead",
    arguments: [
      ("type=inline", CacheOption.Direction.to, "artifact of its own"), ("type=gha", .from, "type=local"),
      ("type=s3,bucket=x", .to, "type=local"), ("type=magnet", .from, "registry and local"),
      ("type=registry", .from, "ref=HOST"), ("type=local,dest=x", .from, "src=DIR"),
      ("type=local,src=x", .to, "dest=DIR"), ("type=local,src=", .from, "src=DIR"),
      ("ref=a/b", .from, "type=registry"), ("type=registry,ref=A/B:c:d", .from, "HOST/REPOSITORY:TAG"),
      ("type=registry,ref=a/b,mode=some", .to, "type=registry"), ("type=registry,ref=a/b,mode=max", .from, "mode=max"),
      ("type=registry,ref=a/b,compression=zstd", .to, "compression=zstd"),
      ("type=registry,ref=a/b,mounts=perhaps", .to, "type=registry"), ("", .from, "HOST/REPOSITORY:TAG"),
      ("type=local,src=x,tag=a b", .from, "src=DIR"),
      ("a/b@sha256:\(String(repeating: "a", count: 64))", .to, "HOST/REPOSITORY:TAG"),
    ])
  func misunderstood(text: String, direction: CacheOption.Direction, hint: String) throws {
    let failure = #expect(throws: Failure.self) { try CacheOption.parse(text, direction) }
    let told = [failure?.message, failure?.hint].compactMap(\.self).joined(separator: " ")
    #expect(failure?.exitCode == .usage && told.contains(direction.rawValue) && told.contains(hint))
  }

  @Test("both may be given several times")
  func several() throws {
    let options = try CacheOptions.parse(["--cache-from", "a/b", "--cache-from", "c/d", "--cache-to", "a/b"])
    #expect(try options.sources().count == 2)
    #expect(try options.targets().count == 1)
  }
}

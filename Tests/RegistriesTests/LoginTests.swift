import Foundation
import Native
import Testing

@testable import OCI
@testable import Registries

/// Logins in a home of a test's own, as docker, podman and skopeo keep them.
@Suite("Logins")
struct LoginTests {
  private let home: TemporaryDirectory

  init() throws { home = try TemporaryDirectory() }

  private func files(_ more: [String: String] = [:]) -> CredentialFiles {
    let own = ["HOME": home.path, "XDG_RUNTIME_DIR": "\(home.path)/run", "PATH": "\(home.path)/bin:/usr/bin:/bin"]
    return CredentialFiles(environment: own.merging(more) { $1 })
  }

  private func write(_ path: String, _ text: String, mode: Int = 0o600) throws {
    let url = URL(fileURLWithPath: "\(home.path)/\(path)")
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: "\(home.path)/\(path)", encoding: .utf8)
  }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: "\(home.path)/\(path)")[.posixPermissions] as? Int
  }

  @Test("a login is kept in docker's file, whole, for its owner alone, and what others wrote there stays")
  func keeps() async throws {
    try write(
      ".docker/config.json",
      #"{"psFormat": "table {{.ID}}", "HttpHeaders": {"X": ["1", 2.5, null, true]}, "auths": {"other.example": {"auth": "eDp5", "email": "x@y"}}}"#,
      mode: 0o644)
    let place = try await files().keep(user: "ann", password: "s3cret:ü", for: "registry.example:5000")
    #expect(place == "\(home.path)/.docker/config.json")
    #expect(try mode(".docker/config.json") == 0o600)
    let kept = try JSONDecoder().decode(JSONValue.self, from: Data(try text(".docker/config.json").utf8))
    #expect(kept.fields?["psFormat"] == .string("table {{.ID}}"))
    #expect(
      kept.fields?["HttpHeaders"] == .object(["X": .array([.string("1"), .number(2.5), .null, .boolean(true)])]))
    #expect(
      kept.fields?["auths"]?.fields?["other.example"] == .object(["auth": .string("eDp5"), "email": .string("x@y")]))
    #expect(
      try await files().credentials(for: "registry.example:5000") == .password(user: "ann", password: "s3cret:ü"))
    #expect(home.names.allSatisfy { !$0.hasSuffix(".partial") })
    #expect(try await files().forget("registry.example:5000") == [place])
    #expect(try await files().credentials(for: "registry.example:5000") == nil)
    #expect(try await files().credentials(for: "other.example") != nil)
    #expect(try await files().forget("registry.example:5000").isEmpty)
  }

  @Test("a folder that is not there is made for its owner alone, and a link to the file stays one")
  func places() async throws {
    _ = try await files(["DOCKER_CONFIG": "\(home.path)/a/b"]).keep(user: "u", password: "p", for: "docker.io")
    #expect(try mode("a/b") == 0o700)
    #expect(try text("a/b/config.json").contains(#""https://index.docker.io/v1/" : {"#))
    try FileManager.default.createDirectory(atPath: "\(home.path)/.docker", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: "\(home.path)/.docker/config.json", withDestinationPath: "../a/b/config.json")
    _ = try await files().keep(user: "u2", password: "p2", for: "index.docker.io")
    #expect(try text("a/b/config.json").contains(Data("u2:p2".utf8).base64EncodedString()))
    #expect(try await files().credentials(for: "docker.io") == .password(user: "u2", password: "p2"))
  }

  @Test("where podman has a login of the host, the new one takes its place, so that the old one does not hide it")
  func hidden() async throws {
    try write("run/containers/auth.json", #"{"auths": {"r.example": {"auth": "b2xkOm9sZA=="}}}"#)
    let place = try await files().keep(user: "new", password: "new", for: "r.example")
    #expect(place == "\(home.path)/run/containers/auth.json")
    #expect(try await files().credentials(for: "r.example") == .password(user: "new", password: "new"))
    #expect(!FileManager.default.fileExists(atPath: "\(home.path)/.docker/config.json"))
  }

  @Test("of several keys of a host the longest that fits counts, in the first file that has one")
  func namespaces() async throws {
    try write(
      "run/containers/auth.json",
      """
      {"auths": {"r.example/team": {"auth": "dGVhbTp0"}, "r.example/team/app": {"auth": "YXBwOnQ="},
        "r.example/tea": {"auth": "dGVhOnQ="}, "docker.io/library": {"auth": "bGliOnQ="}}}
      """)
    try write(".docker/config.json", #"{"auths": {"https://r.example/v2/": {"auth": "aG9zdDp0"}}}"#)
    let files = files()
    for (repository, user) in [
      ("team/app", "app"), ("team/app/x", "app"), ("team/other", "team"), ("teams", "host"), ("x", "host"),
    ] {
      let account = files.account(host: "r.example", repository: repository)
      #expect(try await files.credentials(for: account) == .password(user: user, password: "t"), "\(repository)")
    }
    #expect(files.account(host: "docker.io", repository: "library/debian") == "docker.io/library")
    #expect(files.account(host: "nowhere.example", repository: "a/b") == "nowhere.example")
  }

  // MARK: - Helpers

  /// Keeps one login in a file, as docker's own helpers do in a keyring.
  private let helper = """
    #!/bin/sh
    cd "$(dirname "$0")"
    echo "$1" >> calls
    case "$1" in
      get) read -r host || true; if [ -f "login" ]; then cat login; else echo "credentials not found in native keychain"; exit 1; fi;;
      store) cat > login;;
      erase) cat > erased; rm -f login;;
    esac
    """

  @Test("a helper is run: it stores, gets and erases, and nothing secret is in the file")
  func helps() async throws {
    try write("bin/docker-credential-box", helper, mode: 0o755)
    try write(".docker/config.json", #"{"credHelpers": {"r.example": "box"}}"#)
    #expect(try await files().credentials(for: "r.example") == nil)
    #expect(try await files().keep(user: "ann", password: "s3cret", for: "r.example") == "docker-credential-box")
    #expect(try await files().credentials(for: "r.example") == .password(user: "ann", password: "s3cret"))
    #expect(try !text(".docker/config.json").contains(Data("ann:s3cret".utf8).base64EncodedString()))
    #expect(try text("bin/login").contains(#""ServerURL":"r.example""#))
    #expect(try await files().forget("r.example") == ["docker-credential-box"])
    #expect(try text("bin/erased") == "r.example")
    #expect(try await files().credentials(for: "other.example") == nil)
    #expect(try text("bin/calls") == "get\nstore\nget\nget\nerase\n")
  }

  @Test("the default store is asked for every host, and says <token> for an identity token")
  func store() async throws {
    try write(
      "bin/docker-credential-all",
      "#!/bin/sh\nread -r h\necho \"{\\\"ServerURL\\\":\\\"$h\\\",\\\"Username\\\":\\\"<token>\\\",\\\"Secret\\\":\\\"$h\\\"}\"",
      mode: 0o755)
    try write(".docker/config.json", #"{"credsStore": "all"}"#)
    #expect(try await files().credentials(for: "docker.io") == .identityToken("https://index.docker.io/v1/"))
    #expect(try await files().credentials(for: "r.example:5000") == .identityToken("r.example:5000"))
  }

  @Test(
    "a helper that fails is one clear error, without what it printed",
    arguments: [
      ("exit 3", "ended with code 3"), ("echo s3cret", "printed no JSON"),
      ("echo s3cret >&2; exit 1", "ended with code 1"),
      ("echo '{\"Secret\": \"s3cret\"}'", "printed no JSON"), ("kill -9 $$", "ended with code 137"),
      ("head -c 3000000 /dev/zero | tr '\\0' x", "printed no JSON"),
    ])
  func fails(script: String, part: String) async throws {
    try write("bin/docker-credential-bad", "#!/bin/sh\n\(script)\n", mode: 0o755)
    try write(".docker/config.json", #"{"credsStore": "bad"}"#)
    let error = await #expect(throws: RegistryError.self) { _ = try await files().credentials(for: "r.example") }
    #expect(error?.code == .unauthorized)
    #expect(error?.message.contains(part) == true)
    #expect(error?.message.contains("\(home.path)/.docker/config.json") == true)
    #expect(error.map { "\($0)".contains("s3cret") } == false)
  }

  @Test("one that is not installed is told with its file; a name that is a path is not run")
  func missing() async throws {
    try write(".docker/config.json", #"{"credHelpers": {"a.example": "nowhere", "b.example": "../../evil"}}"#)
    let absent = await #expect(throws: RegistryError.self) { _ = try await files().credentials(for: "a.example") }
    #expect(absent?.message.contains("is not installed") == true)
    #expect(absent?.hint?.contains("take it out of") == true)
    let odd = await #expect(throws: RegistryError.self) { _ = try await files().credentials(for: "b.example") }
    #expect(odd?.message.contains("is no program's name") == true)
  }

  @Test("one that does not end is ended")
  func hangs() async throws {
    try write("bin/docker-credential-slow", "#!/bin/sh\nexec sleep 600\n", mode: 0o755)
    let slow = CredentialHelper(name: "slow", file: "config.json", limit: .milliseconds(50))
    let error = await #expect(throws: RegistryError.self) {
      _ = try await slow.get("r.example", environment: ["PATH": "\(home.path)/bin:/usr/bin:/bin"])
    }
    #expect(error?.message.contains("did not end") == true)
  }

  // MARK: - Others

  @Test("skopeo reads what was kept here, and what skopeo kept is read here, at a registry with passwords")
  func interoperates() async throws {
    let registry = try await DockerRegistry(withPassword: true)
    let image = try TestImage()
    try write("run/.exists", "")
    let target = Reference(registry: registry.host, repository: "team/app", tag: "v1")
    let environment = ["HOME=\(home.path)", "XDG_RUNTIME_DIR=\(home.path)/run"]
    _ = try await files().keep(user: DockerRegistry.user, password: DockerRegistry.password, for: registry.host)
    let client = RegistryClient.patient(credentials: { try await files().credentials(for: $0) })
    _ = try await client.push(image.push(), to: target)
    let inspect = ["skopeo", "inspect", "--tls-verify=false", "--raw", "docker://\(target)"]
    #expect(try ServerProcess.run("env", ["-u", "REGISTRY_AUTH_FILE"] + environment + inspect).code == 0)

    #expect(try await !files().forget(registry.host).isEmpty)
    #expect(try ServerProcess.run("env", ["-u", "REGISTRY_AUTH_FILE"] + environment + inspect).code != 0)
    let login = [
      "skopeo", "login", "--tls-verify=false", "--username", DockerRegistry.user, "--password", DockerRegistry.password,
      registry.host,
    ]
    let said = try ServerProcess.run("env", ["-u", "REGISTRY_AUTH_FILE"] + environment + login)
    #expect(said.code == 0, "\(said.output)")
    #expect(try text("run/containers/auth.json").contains(registry.host))
    let again = RegistryClient.patient(credentials: { try await files().credentials(for: $0) })
    #expect(try await again.tags(of: target) == ["v1"])

    #expect(try await files().forget(registry.host) == ["\(home.path)/run/containers/auth.json"])
    #expect(try ServerProcess.run("env", ["-u", "REGISTRY_AUTH_FILE"] + environment + inspect).code != 0)
  }
}

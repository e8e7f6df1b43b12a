import Testing

@testable import Registries

@Suite("Credential files")
struct CredentialFileTests {
  private let config = """
    {"auths": {
       "https://index.docker.io/v1/": {"auth": "dXNlcjpwYXNzOndvcmQ="},
       "registry.example:5000": {"username": "u", "password": "p"},
       "https://token.example/v2/": {"auth": "dXNlcjo=", "identitytoken": "refresh"},
       "raw.example": {"registrytoken": "raw"},
       "broken.example": {"auth": "%%%"}, "empty.example": {}},
     "credHelpers": {"123456789012.dkr.ecr.us-east-1.amazonaws.com": "ecr-login"}, "credsStore": "pass"}
    """

  @Test("each kind of entry, by the host of a reference")
  func entries() throws {
    let config = try CredentialFile(json: Array(config.utf8), path: "config.json")
    #expect(config.credentials(for: "docker.io") == .password(user: "user", password: "pass:word"))
    #expect(config.credentials(for: "registry.example:5000") == .password(user: "u", password: "p"))
    #expect(config.credentials(for: "registry.example") == nil)
    #expect(config.credentials(for: "token.example") == .identityToken("refresh"))
    #expect(config.credentials(for: "raw.example") == .registryToken("raw"))
    #expect(config.credentials(for: "broken.example") == nil)
    #expect(config.credentials(for: "empty.example") == nil)
    #expect(config.helper(for: "123456789012.dkr.ecr.us-east-1.amazonaws.com")?.name == "ecr-login")
    #expect(config.helper(for: "docker.io")?.name == "pass")
  }

  @Test("what is no such file is an error without its text", arguments: ["", "{", "[]", #"{"auths": "s3cret"}"#])
  func broken(text: String) {
    let error = #expect(throws: RegistryError.self) {
      _ = try CredentialFile(json: Array(text.utf8), path: "/home/x/config.json")
    }
    #expect(error?.code == .invalid)
    #expect(error?.message == "/home/x/config.json is not a file of registry credentials")
  }

  @Test("podman's places come before docker's; REGISTRY_AUTH_FILE is the only one where it is set")
  func paths() {
    let environment = ["HOME": "/h", "XDG_RUNTIME_DIR": "/run/user/0", "DOCKER_CONFIG": "/d"]
    #expect(
      CredentialFiles.paths(environment: environment, user: 0)
        == ["/run/user/0/containers/auth.json", "/h/.config/containers/auth.json", "/d/config.json"])
    #expect(
      CredentialFiles.paths(environment: ["HOME": "/h", "XDG_CONFIG_HOME": "/x"], user: 7)
        == ["/run/containers/7/auth.json", "/x/containers/auth.json", "/h/.docker/config.json"])
    #expect(
      CredentialFiles.paths(environment: environment.merging(["REGISTRY_AUTH_FILE": "/f"]) { $1 }, user: 0) == ["/f"])
  }
}

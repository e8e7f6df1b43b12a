import OCI
import Testing

@testable import Registries

@Suite("Addresses")
struct AddressTests {
  @Test(
    "Locations resolve as RFC 3986 says, their query untouched",
    arguments: [
      ("/v2/a/u/1?_state=a%2Fb%3D", "https://r.example:5000/v2/a/u/1?_state=a%2Fb%3D"),
      ("1?x", "https://r.example:5000/v2/a/uploads/1?x"),
      ("?x", "https://r.example:5000/v2/a/uploads/?x"),
      ("//other.example/u", "https://other.example/u"),
      ("HTTP://Other.Example/U?k=http://x", "http://other.example/U?k=http://x"),
      ("https://other.example?x#f", "https://other.example/?x"),
      ("/u?to=https://x.example/", "https://r.example:5000/u?to=https://x.example/"),
    ])
  func resolves(location: String, expected: String) {
    let base = RegistryURL("https://r.example:5000/v2/a/uploads/?digest=1")
    #expect(base?.resolving(location)?.description == expected)
  }

  @Test(
    "what is no plain HTTP address is refused",
    arguments: [
      "", "ftp://x/", "file:///etc/passwd", "javascript:alert(1)", "https://user:pass@x/", "https://x y/",
      "https://x/\r\nHost: y", "https://", "https://a\\@b/", "gopher://x",
    ])
  func refuses(location: String) {
    #expect(RegistryURL("https://r.example/v2/")?.resolving(location) == nil)
  }

  @Test("a default port is the same origin; another scheme, host or port is not")
  func origins() throws {
    let one = try #require(RegistryURL("https://R.example/v2/"))
    #expect(one.hasSameOrigin(as: try #require(RegistryURL("https://r.example:443/x"))))
    for other in ["http://r.example/", "https://r.example:444/", "https://r.example.evil/", "https://s.example/"] {
      #expect(!one.hasSameOrigin(as: try #require(RegistryURL(other))))
    }
    let six = try #require(RegistryURL("http://[::1]:80/"))
    #expect(six.hasSameOrigin(as: try #require(RegistryURL("http://[::1]/x"))))
    #expect(six.host == "::1")
  }

  @Test(
    "every spelling of this machine and its link is known",
    arguments: [
      "localhost", "LOCALHOST", "a.localhost", "127.0.0.1", "127.255.0.3", "127.1", "0x7f.1", "0177.0.0.1",
      "2130706433", "127.0.0.1.", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::ffff:7f00:1", "169.254.169.254",
      "169.254.170.2", "fe80::1", "fe80::1%eth0", "0.0.0.0", "0", "::", "fd00:ec2::254", "::127.0.0.1",
      "fd00:ec2::23", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "64:ff9b::169.254.169.254",
    ])
  func local(host: String) {
    #expect(HostAddress.isLocal(host))
  }

  @Test(
    "others are not",
    arguments: [
      "registry.example", "10.0.0.1", "128.0.0.1", "1.127.0.0", "localhost.example", "127.example", "2001:db8::1",
      "127.0.0.1.example", "256.0.0.1", "fd00::1", "64:ff9b::8.8.8.8", "100.100.100.201", "a:b", "1.2.3.4.5", "",
    ])
  func foreign(host: String) {
    #expect(!HostAddress.isLocal(host))
  }

  @Test(
    "a host's scheme and API",
    arguments: [
      ("docker.io", false, "https://registry-1.docker.io/v2/"), ("127.0.0.1:5000", false, "http://127.0.0.1:5000/v2/"),
      ("localhost", false, "http://localhost/v2/"),
      ("registry.example:5000", true, "https://registry.example:5000/v2/"),
      ("10.0.0.1:5000", false, "https://10.0.0.1:5000/v2/"),
    ])
  func hosts(name: String, isInsecure: Bool, url: String) {
    let host = RegistryHost(name, isInsecure: isInsecure)
    #expect(host.url("", scheme: host.firstScheme).description == url)
    #expect(host.allowsPlain == (isInsecure || url.hasPrefix("http://")))
  }

  @Test(
    "ECR's hosts in every partition",
    arguments: [
      ("123456789012.dkr.ecr.us-east-1.amazonaws.com", "us-east-1", false),
      ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1", true),
      ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1", false),
      ("123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", false),
      ("123456789012.dkr-ecr.eu-west-1.on.aws", "eu-west-1", false),
      ("123456789012.dkr-ecr-fips.us-east-1.on.aws", "us-east-1", true),
      ("123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "cn-north-1", false),
    ])
  func ecr(host: String, region: String, isFIPS: Bool) {
    let found = ECRHost(host)
    #expect(found?.account == "123456789012")
    #expect(found?.region == region)
    #expect(found?.isFIPS == isFIPS)
  }

  @Test(
    "and none of its look-alikes",
    arguments: [
      "123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.example", "12345678901.dkr.ecr.us-east-1.amazonaws.com",
      "123456789012.dkr.ecr..amazonaws.com", "123456789012.dkr.ecr.amazonaws.com", "public.ecr.aws", "docker.io", "",
      "12345678901a.dkr.ecr.us-east-1.amazonaws.com", "123456789012.dkr.s3.us-east-1.amazonaws.com", "...",
    ])
  func notECR(host: String) {
    #expect(ECRHost(host) == nil)
  }

  @Test(
    "a public registry may send nobody into this machine, nor from TLS to plain HTTP",
    arguments: [
      "http://169.254.169.254/latest/", "https://127.0.0.1/x", "https://[::ffff:169.254.169.254]/",
      "http://s3.example/x",
      "https://0x7f000001/",
    ])
  func follow(location: String) throws {
    let client = RegistryClient.patient()
    let host = RegistryHost("registry.example", isInsecure: false)
    let url = host.url("a/blobs/b", scheme: .https)
    let call = Call(operation: .fetchBlob, method: "GET", url: url, subject: "registry.example/a@b", scopes: [])
    let error = #expect(throws: RegistryError.self) { _ = try client.follow(location, from: url, host, call) }
    #expect(error?.code == .unsafe)
    // Its own address with http is what a registry behind a proxy says; TLS stays.
    let own = try client.follow("http://registry.example/x?y", from: url, host, call)
    #expect(own.description == "https://registry.example/x?y")
  }
}

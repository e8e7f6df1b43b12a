import Foundation
import Native
import TestServers
import Testing

@testable import AWS

struct SignatureV4Tests {
  /// One request, as the fixture script reads it.
  struct Case: Codable {
    var method = "GET"
    var url: String
    var headers: [[String]] = []
    /// In base64.
    var body = ""
    var key = "AKIDEXAMPLE"
    var secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    var token: String?
    var region = "us-east-1"
    var service = "ecr"
    var time = 1_440_938_160
  }

  static let paths = [
    "", "/", "/a", "/a/b/", "//a//b", "/./a/../b", "/a/..", "/..", "/a%20b", "/a b".replacing(" ", with: "%20"),
    "/%E1%88%B4", "/a=b*c", "/a+b", "/a~b_c-d.e", "/a:b@c", "/a,b;c", "/a!b$c'd(e)", "/%2F%2f",
  ]

  static let queries = [
    "?", "?a", "?a=", "?=b", "?b=2&a=1", "?a=2&a=1", "?a=1&A=2", "?a=b=c", "?a=%20", "?a=+b", "?a*=b*",
    "?delete", "?a=%E1%88%B4&%C3%A9=1", "?a&b&", "?list-type=2&prefix=notebooks%2Fpii%2F&delimiter=%2F",
  ]

  static var cases: [Case] {
    var cases = paths.map { Case(url: "https://example.amazonaws.com" + $0) }
    cases += queries.map { Case(url: "https://example.amazonaws.com/" + $0) }
    // botocore signs an empty path of S3 as empty, and sends it as "/".
    cases += (paths.dropFirst() + queries.map { "/x" + $0 }).map {
      Case(url: "https://bucket.s3.amazonaws.com" + $0, service: "s3")
    }
    cases += [
      Case(url: "http://127.0.0.1:5000/"), Case(url: "http://localhost:80/"), Case(url: "https://Example.COM:443/"),
      Case(url: "http://[::1]:8080/a"), Case(url: "https://example.com:8443/?a=b"),
      Case(url: "https://e.com/", headers: [["My-Header1", "  a   b  c "], ["My-Header2", "\"a   b\""]]),
      Case(url: "https://e.com/", headers: [["X-Twice", "b"], ["x-twice", "a"], ["Empty", ""]]),
      Case(url: "https://e.com/", headers: [["Host", "other.example.com"], ["User-Agent", "x"], ["Expect", "y"]]),
      Case(url: "https://e.com/", headers: [["X-Name", "J\u{e9}r\u{f4}me \u{4f60}\u{597d}"]]),
      Case(url: "https://e.com/", headers: [["X-Amz-Date", "20010101T000000Z"], ["Authorization", "stale"]]),
      Case(url: "https://e.com/", token: "IQoJb3JpZ2luX2VjEFYaCXVzLWVhc3QtMSJHMEUCIQ/+=="),
      Case(url: "https://e.com/", secret: "", region: "cn-north-1", service: "sts"),
      Case(url: "https://e.com/", time: 1_709_164_800), Case(url: "https://e.com/", time: 4_102_444_799),
      Case(
        method: "POST", url: "https://sts.amazonaws.com/",
        headers: [["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"]],
        body: Data("Action=GetCallerIdentity&Version=2011-06-15".utf8).base64EncodedString(), service: "sts"),
      Case(
        method: "POST", url: "https://ecs.us-gov-west-1.amazonaws.com/",
        headers: [["X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListTaskDefinitions"]],
        body: Data("{\"familyPrefix\":\"jh\u{f6}c\"}".utf8).base64EncodedString(), token: "t",
        region: "us-gov-west-1", service: "ecs"),
      Case(method: "PUT", url: "https://b.s3.amazonaws.com/a%20b/c%2Bd?acl", body: "AAEC/w==", service: "s3"),
      Case(method: "DELETE", url: "https://b.s3.amazonaws.com/a?versionId=x%2Fy", token: "t", service: "s3"),
    ]
    return cases
  }

  static func sign(_ row: Case) throws -> HTTPRequest {
    var headers = HTTPHeaders()
    for pair in row.headers { headers.add(pair[0], pair[1]) }
    let body = Data(base64Encoded: row.body).map { Array($0) } ?? []
    return try SignatureV4(region: row.region, service: row.service).sign(
      HTTPRequest(row.method, row.url, headers: headers, body: body.isEmpty ? .none : .bytes(body)),
      with: Credentials(
        accessKeyID: row.key, secretAccessKey: row.secret, sessionToken: row.token, source: "the table"),
      at: Timestamp(seconds: row.time))
  }

  @Test("botocore makes the same signature of every request in the table")
  func oracle() throws {
    let cases = Self.cases
    #expect(cases.count >= 80)
    let answer = try PythonScript.run(Fixtures.path("signatures.py"), input: JSONEncoder().encode(cases))
    let expected = try JSONDecoder().decode([String].self, from: answer)
    try #require(expected.count == cases.count)
    for (row, authorization) in zip(cases, expected) {
      #expect(try Self.sign(row).headers["Authorization"] == authorization, "\(row.service) \(row.url) \(row.headers)")
    }
  }

  @Test("the key's age, the token and the time are in the signature, and signing again replaces it")
  func again() throws {
    let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "s", sessionToken: "one", source: "a test")
    let signer = SignatureV4(region: "us-east-1", service: "ecs")
    let once = try signer.sign(HTTPRequest("GET", "https://e.com/"), with: credentials, at: Timestamp(seconds: 1))
    let twice = try signer.sign(once, with: credentials, at: Timestamp(seconds: 2))
    let fresh = try signer.sign(HTTPRequest("GET", "https://e.com/"), with: credentials, at: Timestamp(seconds: 2))
    #expect(twice.headers.fields.sorted { $0.name < $1.name } == fresh.headers.fields.sorted { $0.name < $1.name })
    #expect(once.headers["Authorization"] != twice.headers["Authorization"])
  }

  @Test("what cannot be signed is said", arguments: ["", "e.com/a", "ftp://e.com/", "https:///a"])
  func unreadable(url: String) {
    let credentials = Credentials(accessKeyID: "AKID", secretAccessKey: "s", source: "a test")
    let error = #expect(throws: AWSError.self) {
      try SignatureV4(region: "r", service: "s").sign(
        HTTPRequest("GET", url), with: credentials, at: Timestamp(seconds: 0))
    }
    #expect(error?.code == .invalidRequest)
  }

  @Test("no text that is made of credentials has a secret in it")
  func secrets() {
    let keys = Credentials(
      accessKeyID: "AKID", secretAccessKey: "hunter2", sessionToken: "swordfish", source: "a test")
    var dumped = ""
    dump(keys, to: &dumped)
    let texts = ["\(keys)", String(reflecting: keys), dumped, "\([keys])", "\(Optional(keys) as Any)"]
    for text in texts {
      #expect(text.contains("AKID"))
      #expect(!text.contains("hunter2") && !text.contains("swordfish"))
    }
  }
}

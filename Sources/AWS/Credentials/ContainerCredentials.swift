import Native

/// The endpoint that ECS, EKS and CodeBuild give to a container.
///
/// Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
struct ContainerCredentials: CredentialProvider {
  let variables: [String: String]
  let effects: Effects

  private static let address = "http://169.254.170.2"
  /// Where plain HTTP is accepted besides loopback: the agents of ECS and of EKS.
  private static let agents: Set<String> = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"]

  var name: String { "the container (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)" }

  func credentials() async throws(AWSError) -> Credentials? {
    guard let url = try url() else { return nil }
    var request = HTTPRequest(
      "GET", url, headers: ["Accept": "application/json"], connectTimeout: 2, stallTimeout: 5, totalTimeout: 10)
    // Read anew each time: whoever mounted the file replaces its content before it ends.
    if let token = try authorization() { request.headers["Authorization"] = token }
    let response: HTTPResponse
    do { response = try await effects.send(request) } catch {
      throw failure("\(error)")
    }
    let document = CredentialDocument(json: response.body)
    guard response.isSuccess, let credentials = document?.credentials(source: "the container (\(url))") else {
      throw failure(document?.complaint ?? "\(url) answered with \(response.status) and no keys")
    }
    return credentials
  }

  private func url() throws(AWSError) -> String? {
    if let path = variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] { return Self.address + path }
    guard let url = variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] else { return nil }
    let target = try RequestTarget(url)
    let host = target.hostName
    guard target.scheme == "https" || Self.agents.contains(host) || Self.isLoopback(host) else {
      throw AWSError(
        code: .configuration, message: "AWS_CONTAINER_CREDENTIALS_FULL_URI names the host \(host) over plain HTTP",
        hint: "Only loopback and the addresses of ECS and EKS may be asked so: use https.")
    }
    return url
  }

  private static func isLoopback(_ host: String) -> Bool {
    if host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  private func authorization() throws(AWSError) -> String? {
    var token = variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    if let path = variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
      guard let text = effects.readFile(path) else { throw failure("the token file \(path) cannot be read") }
      token = text
    }
    guard let token else { return nil }
    guard !token.utf8.contains(where: { $0 == 10 || $0 == 13 }) else {
      throw failure("the authorization token holds a line break")
    }
    return token
  }

  private func failure(_ reason: String) -> AWSError {
    AWSError(
      code: .noCredentials, message: "the container's credentials: \(reason)",
      hint: "Has the task a role, and is its endpoint reachable from here?")
  }
}

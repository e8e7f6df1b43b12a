import Native

/// The role of an EC2 instance, from its metadata service, version 2 only.
///
/// Nothing answering there is the usual case, and means that this is no instance.
///
/// Source: Amazon EC2 User Guide, "Use IMDSv2".
struct InstanceCredentials: CredentialProvider {
  let variables: [String: String]
  let effects: Effects

  var name: String { isDisabled ? "EC2 (AWS_EC2_METADATA_DISABLED)" : "EC2 (\(address))" }

  private var isDisabled: Bool { variables["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true" }

  private var address: String {
    if var url = variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"], !url.isEmpty {
      while url.hasSuffix("/") { url.removeLast() }
      return url
    }
    let isIPv6 = variables["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"]?.lowercased() == "ipv6"
    return isIPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
  }

  func credentials() async throws(AWSError) -> Credentials? {
    guard !isDisabled else { return nil }
    let life = ("X-aws-ec2-metadata-token-ttl-seconds", "21600")
    guard let token = await ask("PUT", "/latest/api/token", life) else { return nil }
    let header = ("X-aws-ec2-metadata-token", token)
    let path = "/latest/meta-data/iam/security-credentials/"
    guard let role = await ask("GET", path, header)?.split(whereSeparator: \.isNewline).first else { return nil }
    guard let text = await ask("GET", path + role, header), let document = CredentialDocument(json: Array(text.utf8))
    else { return nil }
    guard let credentials = document.credentials(source: "EC2, role \(role)") else {
      throw AWSError(
        code: .noCredentials,
        message: "the metadata service has no keys for the role \(role): \(document.complaint ?? "no reason given")",
        hint: "Does the role trust ec2.amazonaws.com?")
    }
    return credentials
  }

  private func ask(_ method: String, _ path: String, _ header: (name: String, value: String)) async -> String? {
    let request = HTTPRequest(
      method, address + path, headers: [header.name: header.value], connectTimeout: 1, stallTimeout: 2, totalTimeout: 2)
    guard let response = try? await effects.send(request), response.status == 200, !response.body.isEmpty else {
      return nil
    }
    return String(decoding: response.body, as: UTF8.self)
  }
}

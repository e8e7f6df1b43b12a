import AWS

/// ECR's token. Whoever asks for it again has had the one before refused, and gets a new one.
actor ECRToken {
  private let ecr: ECR
  private var unused: ECR.Authorization?

  init(_ aws: AWSEnvironment) throws { ecr = ECR(try aws.client(for: .ecr)) }

  /// The host for which ECR makes tokens: that of the account's registry.
  ///
  /// - Throws: `AWSError` when ECR cannot be asked.
  func host() async throws -> String {
    if let unused { return unused.host }
    let token = try await ecr.authorization()
    unused = token
    return token.host
  }

  /// - Throws: `AWSError` when ECR cannot be asked.
  func next() async throws -> ECR.Authorization {
    defer { unused = nil }
    if let unused { return unused }
    return try await ecr.authorization()
  }
}

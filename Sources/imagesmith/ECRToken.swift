import AWS

/// ECR's token. Whoever asks for it again has had the one before refused, and gets a new one.
actor ECRToken {
  private let aws: AWSEnvironment
  private var unused: ECR.Authorization?

  init(_ aws: AWSEnvironment) { self.aws = aws }

  /// The host for which ECR makes tokens: that of the account's registry.
  ///
  /// - Throws: `AWSError` when ECR cannot be asked.
  func host() async throws -> String {
    if let unused { return unused.host }
    let token = try await fresh()
    unused = token
    return token.host
  }

  /// - Throws: `AWSError` when ECR cannot be asked.
  func next() async throws -> ECR.Authorization {
    defer { unused = nil }
    if let unused { return unused }
    return try await fresh()
  }

  /// Only here a region is needed: a registry that is not ECR's has none.
  private func fresh() async throws -> ECR.Authorization {
    try await ECR(aws.client(for: .ecr)).authorization()
  }
}

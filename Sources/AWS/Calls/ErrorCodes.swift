/// What the services' names of errors mean here.
///
/// Source: AWS "Common errors" of each service, and botocore's lists of throttling and transient errors.
enum ErrorCodes {
  private static let named: [String: AWSError.Code] = [
    "AccessDenied": .accessDenied, "AccessDeniedException": .accessDenied, "UnauthorizedOperation": .accessDenied,
    "NotAuthorized": .accessDenied, "OptInRequired": .accessDenied, "AuthFailure": .invalidCredentials,
    "UnrecognizedClientException": .invalidCredentials, "InvalidClientTokenId": .invalidCredentials,
    "InvalidAccessKeyId": .invalidCredentials, "SignatureDoesNotMatch": .invalidCredentials,
    "InvalidSignatureException": .invalidCredentials, "IncompleteSignature": .invalidCredentials,
    "MissingAuthenticationToken": .invalidCredentials, "MissingAuthenticationTokenException": .invalidCredentials,
    "InvalidToken": .invalidCredentials,
    "ExpiredToken": .expired, "ExpiredTokenException": .expired, "TokenRefreshRequired": .expired,
    "RequestExpired": .clockSkew, "RequestTimeTooSkewed": .clockSkew, "RequestInTheFuture": .clockSkew,
    "Throttling": .throttled, "ThrottlingException": .throttled, "ThrottledException": .throttled,
    "RequestThrottled": .throttled, "RequestThrottledException": .throttled, "TooManyRequestsException": .throttled,
    "ProvisionedThroughputExceededException": .throttled, "RequestLimitExceeded": .throttled,
    "BandwidthLimitExceeded": .throttled, "SlowDown": .throttled, "EC2ThrottledException": .throttled,
    "PriorRequestNotComplete": .throttled, "TransactionInProgressException": .throttled,
    "ServerException": .unavailable, "InternalFailure": .unavailable, "InternalServerError": .unavailable,
    "InternalServiceError": .unavailable, "ServiceUnavailable": .unavailable,
    "ServiceUnavailableException": .unavailable, "RequestTimeout": .unavailable,
    "RequestTimeoutException": .unavailable,
    "RepositoryNotFoundException": .notFound, "ResourceNotFoundException": .notFound, "NoSuchEntity": .notFound,
    "ImageNotFoundException": .notFound, "ClusterNotFoundException": .notFound,
    "RepositoryAlreadyExistsException": .conflict, "ResourceAlreadyExistsException": .conflict,
    "ResourceExistsException": .conflict, "EntityAlreadyExists": .conflict, "UpdateInProgressException": .conflict,
    "OperationAbortedException": .conflict, "ConcurrentModification": .conflict,
    "LimitExceededException": .limit, "LimitExceeded": .limit,
  ]

  static func code(of name: String, status: Int) -> AWSError.Code {
    if let code = named[name] { return code }
    switch status {
    case 401, 403: return .accessDenied
    case 404: return .notFound
    case 408, 500...599: return .unavailable
    case 429: return .throttled
    default: return .invalidRequest
    }
  }

  static func hint(
    for code: AWSError.Code, _ service: Service, _ operation: String, _ keys: Credentials
  ) -> String? {
    switch code {
    case .accessDenied: "The credentials are \(keys): allow \(service.signingName):\(operation) to them, or use others."
    case .invalidCredentials: "The credentials are \(keys): are both keys right, and of this partition?"
    case .expired: "The credentials are \(keys): sign in anew, or renew them there."
    case .clockSkew: "Set this machine's clock."
    case .throttled: "Wait a moment; AWS_MAX_ATTEMPTS raises the number of attempts."
    case .unavailable: "\(service.name) fails on its side: try again in a moment."
    case .limit: "A quota of the account is reached: see Service Quotas in the AWS console."
    default: nil
    }
  }
}

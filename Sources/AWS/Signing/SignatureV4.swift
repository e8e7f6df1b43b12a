import Native

/// Signs requests with Signature Version 4: a pure function of request, credentials and time.
///
/// Source: AWS "Signature Version 4 signing process"; behaves as botocore's `SigV4Auth` and `S3SigV4Auth`.
package struct SignatureV4: Sendable {
  /// The region of the credential scope, such as `us-east-1`.
  package var region: String
  /// The service's signing name, such as `ecr`.
  package var service: String

  package init(region: String, service: String) {
    self.region = region
    self.service = service
  }

  /// The request with `X-Amz-Date`, `X-Amz-Security-Token` where the credentials have one, and `Authorization`.
  ///
  /// Such fields that the request has already are replaced, so a request can be signed anew before each attempt.
  ///
  /// - Throws: `AWSError.invalidRequest` for a URL that cannot be read, or a body in a file without the header
  ///   `X-Amz-Content-SHA256`.
  package func sign(_ request: HTTPRequest, with credentials: Credentials, at time: Timestamp) throws(AWSError)
    -> HTTPRequest
  {
    var request = request
    request.headers["Authorization"] = nil
    request.headers["Date"] = nil
    request.headers["X-Amz-Date"] = time.basic
    request.headers["X-Amz-Security-Token"] = credentials.sessionToken
    if service == "s3", request.headers["X-Amz-Content-SHA256"] == nil {
      request.headers["X-Amz-Content-SHA256"] = try CanonicalRequest.payloadHash(of: request)
    }
    let canonical = try CanonicalRequest(request, isS3: service == "s3")
    let scope = "\(time.date)/\(region)/\(service)/aws4_request"
    do {
      let digest = try SHA256.hash(Array(canonical.text.utf8)).hexadecimal
      let text = "AWS4-HMAC-SHA256\n\(time.basic)\n\(scope)\n\(digest)"
      let key = try signingKey(credentials, date: time.date)
      let signature = try SHA256.authenticate(Array(text.utf8), key: key).hexadecimal
      request.headers["Authorization"] =
        "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), SignedHeaders=\(canonical.signedHeaders), "
        + "Signature=\(signature)"
    } catch {
      throw AWSError(code: .invalidRequest, message: "the request cannot be signed: \(error)")
    }
    return request
  }

  private func signingKey(_ credentials: Credentials, date: String) throws(NativeError) -> [UInt8] {
    var key = Array("AWS4\(credentials.secretAccessKey)".utf8)
    for part in [date, region, service, "aws4_request"] {
      key = try SHA256.authenticate(Array(part.utf8), key: key)
    }
    return key
  }
}

extension [UInt8] {
  /// Two lowercase hexadecimal digits a byte.
  package var hexadecimal: String {
    let digits = Array<UInt8>("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

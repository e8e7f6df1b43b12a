import FoundationEssentials

/// Amazon's public registry, `public.ecr.aws`: its own API, of which only the token is needed.
///
/// Source: Amazon ECR Public API Reference.
package struct ECRPublic: Sendable {
  /// The registry's host, which is one for all accounts.
  package static let host = "public.ecr.aws"

  private let client: AWSClient

  /// - Parameter client: of `Service.ecrPublic`.
  package init(_ client: AWSClient) { self.client = client }

  /// What the registry's token server accepts as HTTP Basic, good for twelve hours.
  package struct Authorization: Sendable, Equatable, CustomStringConvertible {
    package var user: String
    package var password: String
    package var expiresAt: Timestamp

    package var description: String { "\(user) at \(ECRPublic.host) until \(expiresAt)" }
  }

  /// A token for whoever calls.
  ///
  /// - Throws: `AWSError`.
  package func authorization() async throws(AWSError) -> Authorization {
    struct Answer: Decodable {
      struct Datum: Decodable {
        var authorizationToken: String
        var expiresAt: Double
      }
      // One, where the private registry's API has a list.
      var authorizationData: Datum
    }
    let answer: Answer = try await client.call("GetAuthorizationToken", [String: String]())
    let datum = answer.authorizationData
    guard let text = Data(base64Encoded: datum.authorizationToken).map({ String(decoding: $0, as: UTF8.self) }),
      let colon = text.firstIndex(of: ":")
    else {
      throw AWSError(code: .invalidResponse, message: "ECR Public GetAuthorizationToken: the token cannot be read")
    }
    return Authorization(
      user: String(text[..<colon]), password: String(text[text.index(after: colon)...]),
      expiresAt: Timestamp(seconds: Int(exactly: datum.expiresAt.rounded(.down)) ?? 0))
  }
}

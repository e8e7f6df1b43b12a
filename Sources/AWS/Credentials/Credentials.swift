/// Keys that sign requests. Neither secret is part of any text made of this value.
package struct Credentials: Sendable, Equatable {
  package var accessKeyID: String
  package var secretAccessKey: String
  /// Of temporary credentials only.
  package var sessionToken: String?
  /// When the keys stop being valid; nil for never.
  package var expiration: Timestamp?
  /// The provider that had them, in words for people, such as `profile team in ~/.aws/credentials`.
  package var source: String

  package init(
    accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Timestamp? = nil,
    source: String
  ) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
    self.expiration = expiration
    self.source = source
  }

  /// Whether the keys end within `margin` seconds.
  package func expires(within margin: Int, of now: Timestamp) -> Bool {
    guard let expiration else { return false }
    return expiration <= now + margin
  }
}

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "\(accessKeyID) from \(source)" }
  package var debugDescription: String { description }
  /// Keeps `dump` and a failed test's report from showing the secrets.
  package var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID, "source": source]) }
}

import FoundationEssentials

/// The JSON in which programs and metadata services hand out keys.
struct CredentialDocument {
  private struct Fields: Decodable {
    var Version: Int?
    var AccessKeyId: String?
    var SecretAccessKey: String?
    /// A `credential_process` says `SessionToken`, the metadata services say `Token`.
    var SessionToken: String?
    var Token: String?
    var Expiration: String?
    /// Why there are no keys.
    var Code: String?
    var Message: String?
  }

  private let fields: Fields

  var version: Int? { fields.Version }
  /// What the service says instead of keys.
  var complaint: String? { fields.Message ?? fields.Code }

  /// Nil for anything but a JSON object with texts.
  init?(json: [UInt8]) {
    guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(json)) else { return nil }
    self.fields = fields
  }

  /// Nil when a key is missing.
  func credentials(source: String) -> Credentials? {
    guard let key = fields.AccessKeyId, let secret = fields.SecretAccessKey, !key.isEmpty, !secret.isEmpty else {
      return nil
    }
    return Credentials(
      accessKeyID: key, secretAccessKey: secret, sessionToken: fields.SessionToken ?? fields.Token,
      expiration: fields.Expiration.flatMap { Timestamp(iso: $0) }, source: source)
  }
}

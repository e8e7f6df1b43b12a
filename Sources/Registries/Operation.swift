/// What a request is for: names it in messages, and the permission that it needs.
enum Operation: Sendable, Equatable {
  case ping
  case authenticate
  case checkManifest
  case fetchManifest
  case putManifest
  case deleteManifest
  case checkBlob
  case fetchBlob
  case deleteBlob
  case startUpload
  case mountBlob
  case uploadBlob
  case checkUpload
  case listTags
  case listReferrers

  /// What comes after the HTTP method in a message.
  var noun: String {
    switch self {
    case .ping: "API of"
    case .authenticate: "token for"
    case .checkManifest, .fetchManifest, .putManifest, .deleteManifest: "manifest"
    case .checkBlob, .fetchBlob, .uploadBlob, .deleteBlob: "blob"
    case .startUpload, .checkUpload: "upload of"
    case .mountBlob: "mount of"
    case .listTags: "tags of"
    case .listReferrers: "referrers of"
    }
  }

  /// Whether it changes the repository.
  var writes: Bool {
    switch self {
    case .putManifest, .deleteManifest, .deleteBlob, .startUpload, .mountBlob, .uploadBlob, .checkUpload: true
    case .ping, .authenticate, .checkManifest, .fetchManifest, .checkBlob, .fetchBlob, .listTags, .listReferrers: false
    }
  }
}

/// One request to one registry, with all that messages about it need.
struct Call: Sendable {
  var operation: Operation
  var method: String
  /// At the registry, or at a Location that it gave.
  var url: RegistryURL
  /// `HOST/REPOSITORY`, with the tag or digest.
  var subject: String
  var scopes: [Scope]
  /// Whose credentials: the registry's host, or `HOST/NAMESPACE` where a login is for that alone.
  var account = ""
  /// Whether a mirror's answer is as good: not where the registry's own present state is asked for.
  var isPull = false
}

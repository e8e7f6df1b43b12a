/// A registry token with what it is for and how long it lasts.
struct BearerToken: Sendable {
  let authorization: Authorization
  let scopes: [Scope]
  /// On the timekeeper's clock, somewhat before the server's end.
  let end: Duration
  /// What to show the token server the next time, where it has given something.
  var refreshToken: String?
}

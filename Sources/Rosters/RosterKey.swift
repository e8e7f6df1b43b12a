/// The keys that a roster may have, by the mapping they stand in. The JSON Schema has the same ones: a test compares them.
enum RosterKey {
  static let root = ["project", "aws", "registry", "cache", "base", "image", "notebooks", "secrets", "groups", "users"]
  static let aws = ["region"]
  static let registry = ["repository", "tag"]
  static let cache = ["repository", "tag", "mounts"]
  static let base = ["bootstrap", "mirror", "image"]
  static let image = ["compression", "apt", "python", "r"]
  static let secrets = ["allow"]
  static let allowedSecret = ["rule", "path", "reason"]
  static let group = ["description", "data", "image", "task"]
  static let groupImage = ["apt", "r"]
  static let task = ["family", "role", "execution_role", "cpu", "memory", "port"]
  static let user = ["uid", "groups", "admin", "name"]
}

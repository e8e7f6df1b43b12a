/// One image of a Docker archive's `manifest.json`.
///
/// Source: moby, image/tarexport.
struct DockerArchiveEntry: Sendable, Codable {
  /// The config's path in the archive.
  var config: String
  /// The image's names, `NAME:TAG`; absent or null for none.
  var repoTags: [String]?
  /// The layers' paths in the archive, lowest first.
  var layers: [String]

  enum CodingKeys: String, CodingKey {
    case config = "Config"
    case repoTags = "RepoTags"
    case layers = "Layers"
  }
}

import Layers
import OCI

/// What is known of a base that was fetched or made: by it the next build has the base without asking anybody.
package struct BaseRecord: Codable, Sendable, Equatable {
  /// As people know it: a reference, or `debian/trixie` for one that is made here.
  package var name: String
  package var config: ImageConfig
  /// Lowest first.
  package var layers: [Layer]
  /// Of the manifest, where the base has one.
  package var digest: Digest?

  package init(name: String, config: ImageConfig, layers: [Layer], digest: Digest? = nil) {
    self.name = name
    self.config = config
    self.layers = layers
    self.digest = digest
  }
}

import Layers

/// What is known of a step that was done: under its key it stands in the cache of this machine, and in those that others fill.
package struct StepRecord: Codable, Sendable, Equatable {
  /// Nil when the step changed nothing.
  package var layer: Layer?
  /// The instruction, for people who look into the cache; no password of an address.
  package var instruction: String
  /// Whether the answers of the tree below, by which it was done, are among the sights. Records of steps that ask nothing,
  /// and those from before there were sights, do not say.
  package var isSeen: Bool?

  package init(layer: Layer?, instruction: String, isSeen: Bool? = nil) {
    self.layer = layer
    self.instruction = instruction
    self.isSeen = isSeen
  }
}

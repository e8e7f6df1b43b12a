import Layers

/// What is known of a step that was done: under its key it stands in the cache of this machine, and in those that others fill.
package struct StepRecord: Codable, Sendable, Equatable {
  /// Nil when the step changed nothing.
  package var layer: Layer?
  /// The instruction, for people who look into the cache; no password of an address.
  package var instruction: String

  package init(layer: Layer?, instruction: String) {
    self.layer = layer
    self.instruction = instruction
  }
}

import Layers
import OCI

/// The steps that made an image, each with the layer that it made.
package struct ImageStep: Sendable, Equatable {
  /// Nil for a layer of which the history does not speak.
  package var history: History?
  /// Nil for a step that made none.
  package var layer: Layer?
  /// The layer's place, counted from 1, the lowest first.
  package var number: Int?
}

extension Image {
  /// The history and the layers side by side. A history that speaks of fewer layers than there are leaves the upper ones
  /// without; one that speaks of more is no longer believed where it goes on.
  package var steps: [ImageStep] {
    var rest = layers.enumerated().makeIterator()
    var steps: [ImageStep] = []
    for history in config.history ?? [] {
      let next = history.emptyLayer == true ? nil : rest.next()
      steps.append(ImageStep(history: history, layer: next?.element, number: next.map { $0.offset + 1 }))
    }
    while let (offset, layer) = rest.next() { steps.append(ImageStep(layer: layer, number: offset + 1)) }
    return steps
  }

  /// The layer that a person means: a number as `steps` counts, or the beginning of a digest or DiffID.
  ///
  /// - Throws: `ImageError.usage` when there is none, or more than one.
  package func layer(_ text: String) throws(ImageError) -> (number: Int, layer: Layer) {
    if let number = Int(text), text.count < 6 {
      guard (1...max(1, layers.count)).contains(number), !layers.isEmpty else {
        throw ImageError(
          .usage, "\(name) has no layer \(number)", hint: "its layers are 1, the lowest, to \(layers.count)")
      }
      return (number, layers[number - 1])
    }
    let digits = text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text
    let found = layers.enumerated().filter {
      $1.descriptor.digest.hex.hasPrefix(digits) || $1.diffID.digest.hex.hasPrefix(digits)
    }
    guard let one = found.first, !digits.isEmpty, Set(found.map(\.element)).count == 1 else {
      throw ImageError(
        .usage, "\(text) names \(found.isEmpty ? "no layer" : "more than one layer") of \(name)",
        hint: "imagesmith inspect shows the layers")
    }
    return (one.offset + 1, one.element)
  }

  /// The image that this one was made on, by what labels and annotations say.
  ///
  /// Source: OCI image specification v1.1, annotations.md.
  package var base: (name: String?, digest: String?)? {
    let labels = config.config?.labels ?? [:]
    let annotations = content.annotations ?? [:]
    let name = annotations[AnnotationKey.baseName] ?? labels[AnnotationKey.baseName]
    let digest = annotations[AnnotationKey.baseDigest] ?? labels[AnnotationKey.baseDigest]
    return name == nil && digest == nil ? nil : (name, digest)
  }
}

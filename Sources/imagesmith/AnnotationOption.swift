import OCI

/// The values of `--annotation`, as docker has them: `[TYPE:]KEY=VALUE`, where TYPE says what is annotated.
enum AnnotationOption {
  /// The annotations of the manifest of an image for `platform`.
  ///
  /// - Throws: `Failure` for a value that is not understood, and for an annotation of an index, as none is made.
  static func parse(_ texts: [String], for platform: Platform) throws -> [String: String] {
    var annotations: [String: String] = [:]
    for text in texts {
      guard let match = text.wholeMatch(of: /(?:([a-z,\-]+)(?:\[([^\]]*)\])?:)?([^=:]+)=(.*)/.dotMatchesNewlines())
      else {
        throw Failure(
          .usage, "--annotation \(text) is not understood", hint: "write --annotation KEY=VALUE or manifest:KEY=VALUE")
      }
      let (_, types, place, key, value) = match.output
      if let place, Platform(String(place)) != platform { continue }
      for type in (types ?? "manifest").split(separator: ",") where type != "manifest" {
        throw Failure(
          .usage, "--annotation \(type):\(key): only the manifest of an image is annotated",
          hint: "write --annotation manifest:\(key)=VALUE")
      }
      annotations[String(key)] = String(value)
    }
    return annotations
  }
}

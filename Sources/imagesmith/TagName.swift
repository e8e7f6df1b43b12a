import OCI

/// What an image is called in the local store: the value of `--tag`.
enum TagName {
  /// What an image is called that nobody gives a name.
  static let standard = "latest"

  /// A tag of the store, or a whole reference, as it is written; the store keeps either as the annotation
  /// `org.opencontainers.image.ref.name`.
  ///
  /// - Throws: `Failure` for what is neither.
  static func parse(_ text: String) throws -> String {
    if Reference.isTag(text) { return text }
    let standard = "write --tag NAME, or --tag HOST/REPOSITORY:TAG"
    do throws(ReferenceError) {
      guard try Reference(parsing: text).digest == nil else {
        throw ReferenceError(message: "a digest is what the image will have")
      }
      return text
    } catch {
      throw Failure(
        .usage, "--tag \(text) is no name for an image: \(error.message)",
        hint: error.hint?.replacing("write ", with: "write --tag ", maxReplacements: 1) ?? standard)
    }
  }
}

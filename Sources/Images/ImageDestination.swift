/// Where an image goes, in one of the forms that other tools read.
///
/// The bytes that a destination writes depend on the image and its names alone. What it writes appears whole or not at
/// all. Calls block: they belong on a thread that may.
package protocol ImageDestination: Sendable {
  /// Writes the image.
  ///
  /// - Throws: `ImageError`, `LayerError`.
  func write(_ image: OutputImage) throws
}

/// Where the bytes of an archive go.
package enum ArchiveOutput: Sendable, Equatable {
  /// A file, which appears whole or not at all, in place of what has its name.
  case file(String)
  case standardOutput
}

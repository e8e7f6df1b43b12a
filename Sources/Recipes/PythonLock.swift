/// A requirements file of pip that pins every package to a version and to the hashes of its files.
///
/// Source: pip's documentation, "Requirements File Format" and "Secure installs".
package struct PythonLock: Sendable, Equatable {
  /// As `users.yaml` names it, such as `images/requirements.lock`.
  package let path: String
  package let bytes: [UInt8]
  /// The names of the packages, normalised as PEP 503 says.
  let packages: Set<String>

  /// Checks what pip would refuse only after minutes of building.
  ///
  /// Throws an error of code `lock`, naming the line, for bytes that are not UTF-8, a package that is not pinned by
  ///   `==` and a hash, an index or a file that is named instead of a package, and a file without any package.
  package init(path: String, bytes: [UInt8]) throws(RecipeError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw RecipeError(code: .lock, message: "\(path): not a text in UTF-8")
    }
    self.path = path
    self.bytes = bytes
    var packages: Set<String> = []
    for (number, requirement) in Self.requirements(of: text) {
      let words = requirement.split(whereSeparator: \.isWhitespace)
      let pin = words.first ?? ""
      guard let equals = pin.firstRange(of: "=="), !pin.hasPrefix("-"),
        words.contains(where: { $0.hasPrefix("--hash=") })
      else {
        throw RecipeError(
          code: .lock, message: "\(path):\(number): \(pin) is not pinned by a version and a hash",
          hint: "write the file anew with `pip-compile --generate-hashes`, or `uv pip compile --generate-hashes`")
      }
      packages.insert(Self.normalised(pin[..<equals.lowerBound]))
    }
    guard !packages.isEmpty else { throw RecipeError(code: .lock, message: "\(path): no package is named in it") }
    self.packages = packages
  }

  /// The requirements, each with the number of its first line: comments left out, continued lines joined.
  private static func requirements(of text: String) -> [(line: Int, text: String)] {
    var result: [(Int, String)] = []
    var open: (line: Int, text: String)?
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let continued = line.last == "\\"
      let part = Self.withoutComment(continued ? line.dropLast() : line)
      let whole = (line: open?.line ?? index + 1, text: (open?.text ?? "") + part + " ")
      if continued {
        open = whole
      } else {
        open = nil
        if !whole.text.allSatisfy(\.isWhitespace) { result.append(whole) }
      }
    }
    if let open, !open.text.allSatisfy(\.isWhitespace) { result.append(open) }
    return result
  }

  /// A comment begins with `#` at the start of a line or after a space.
  private static func withoutComment(_ line: Substring) -> Substring {
    if line.first == "#" { return "" }
    guard let comment = line.firstRange(of: " #") else { return line }
    return line[..<comment.lowerBound]
  }

  /// `Jupyter_Hub[extra]` becomes `jupyter-hub`.
  private static func normalised(_ name: Substring) -> String {
    name.prefix { $0 != "[" }.lowercased().split { "-_.".contains($0) }.joined(separator: "-")
  }
}

extension RosterAnalysis {
  /// What the images stand on; Debian trixie unless the roster says otherwise.
  mutating func base(_ root: MappingReader) -> Base {
    let standard = Base.bootstrap(distribution: "debian", suite: "trixie", mirror: nil)
    guard let section = root.mapping("base", keys: RosterKey.base, &diagnostics) else { return standard }
    let bootstrap = section.text("bootstrap", &diagnostics).flatMap { raw in
      diagnostics.accept(raw) { (text) throws(Flaw) in try Base.bootstrap(text) }
    }
    let mirror = section.text("mirror", &diagnostics).flatMap { raw in
      diagnostics.accept(raw) { (text) throws(Flaw) in try Base.mirror(text) }
    }
    let image = section.text("image", &diagnostics).flatMap { raw in
      diagnostics.accept(raw) { (text) throws(Flaw) in try Base.imageReference(text) }
    }
    if section.contains("image") {
      for key in ["bootstrap", "mirror"] where section.contains(key) {
        diagnostics.report(
          "base.\(key) and base.image do not go together", at: section.position(of: key),
          hint: "the base is either made from packages or an image: keep one")
      }
    }
    if let image { return .image(image.value) }
    guard let bootstrap else {
      return .bootstrap(distribution: "debian", suite: "trixie", mirror: mirror?.value)
    }
    return .bootstrap(
      distribution: bootstrap.value.distribution, suite: bootstrap.value.suite, mirror: mirror?.value)
  }

  /// What every group's image is made of.
  mutating func image(_ root: MappingReader) -> ImageSettings {
    let standard = ImageSettings(compression: .zstd, apt: [], python: nil, r: [])
    guard let section = root.mapping("image", keys: RosterKey.image, &diagnostics) else { return standard }
    let compression = section.text("compression", &diagnostics).flatMap { raw in
      diagnostics.accept(raw) { (text) throws(Flaw) in
        if let compression = ImageSettings.Compression(rawValue: text) { return compression }
        let names = ImageSettings.Compression.allCases.map(\.rawValue)
        throw Flaw("\(text.quoted) is not a compression", hint: "one of \(names.joined(separator: ", "))")
      }
    }
    let python = section.text("python", &diagnostics).flatMap { raw in
      diagnostics.accept(raw) { (path) throws(Flaw) in try Self.checkPath(path) }
    }
    return ImageSettings(
      compression: compression?.value ?? standard.compression,
      apt: names(section, "apt", check: PackageName.checkDebian), python: python?.value,
      r: names(section, "r", check: PackageName.checkR))
  }

  /// A path of a file below the roster's folder.
  private static func checkPath(_ path: String) throws(Flaw) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = path.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard isPlain, !path.hasPrefix("~"), !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
      throw Flaw(
        "\(path.quoted) is not a path below the roster's folder", hint: "such as images/requirements.lock")
    }
    return path
  }
}

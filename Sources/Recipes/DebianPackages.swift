import Rosters

/// The names of Debian packages that one step installs, each once, in the roster's order.
struct DebianPackages {
  private(set) var names: [String] = []

  /// What every group's image has beyond the needs of the hub. R and its Jupyter kernel are part of it as soon as the
  /// roster names an R package anywhere, so that the groups still share the step.
  init(sharedIn roster: Roster) {
    let usesR = !roster.image.r.isEmpty || roster.groups.contains { !$0.r.isEmpty }
    add(roster.image.apt)
    add(usesR ? ["r-base-core", "r-cran-irkernel"] : [])
    add(roster.image.r.compactMap(Self.name(ofRPackage:)))
  }

  /// What only the image of `group` has.
  init(of group: Group, in roster: Roster) {
    let shared = DebianPackages(sharedIn: roster).names
    add(group.apt.filter { !shared.contains($0) })
    add(group.r.compactMap(Self.name(ofRPackage:)).filter { !shared.contains($0) })
  }

  private mutating func add(_ more: [String]) {
    for name in more where !names.contains(name) { names.append(name) }
  }

  /// `data.table` is `r-cran-data.table`; nil for a package that R itself has.
  ///
  /// Source: Debian R Packages Policy, "Package naming".
  static func name(ofRPackage name: String) -> String? {
    partsOfR.contains(name) ? nil : "r-cran-\(name.lowercased())"
  }

  /// The packages of priority "base", which `r-base-core` has.
  ///
  /// Source: R FAQ, "Which add-on packages exist for R?".
  private static let partsOfR: Set<String> = [
    "base", "compiler", "datasets", "graphics", "grDevices", "grid", "methods", "parallel", "splines", "stats",
    "stats4",
    "tcltk", "tools", "utils",
  ]
}

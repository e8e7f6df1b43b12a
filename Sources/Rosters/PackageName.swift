/// The names of packages that a roster may ask for. They reach a command line: nothing else may pass.
enum PackageName {
  /// A Debian binary package (policy, 5.6.7).
  static func checkDebian(_ name: String) throws(Flaw) {
    guard name.wholeMatch(of: /[a-z0-9][a-z0-9+.-]+/) != nil else {
      throw Flaw(
        "\(name.quoted) is not the name of a Debian package",
        hint: name.contains("=")
          ? "the name alone: the base decides the version" : "lowercase letters, digits, +, - and . such as libxml2-dev"
      )
    }
  }

  /// An R package (Writing R Extensions, 1.1.1).
  static func checkR(_ name: String) throws(Flaw) {
    guard name.wholeMatch(of: /[A-Za-z][A-Za-z0-9.]*[A-Za-z0-9]/) != nil else {
      throw Flaw(
        "\(name.quoted) is not the name of an R package",
        hint: name.hasPrefix("r-cran-") ? "the name that CRAN has, such as ggplot2" : "letters, digits and dots")
    }
  }
}

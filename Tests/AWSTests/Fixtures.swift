/// The input files beside the tests.
enum Fixtures {
  static func path(_ name: String) -> String {
    #filePath.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/Fixtures/" + name
  }
}

/// The names of projects and groups. They become parts of repositories, roles, log groups and paths, so they hold only
/// what all of those allow.
///
/// A group's name may equal a user's or one of the system's (`staff`): it never becomes a Unix group.
enum PlainName {
  static let greatestLength = 32

  static func check(_ name: String, kind: String) throws(Flaw) {
    guard name.wholeMatch(of: /[a-z][a-z0-9]*(?:-[a-z0-9]+)*/) != nil else {
      throw Flaw(
        "\(name.quoted) cannot be a \(kind)'s name",
        hint: "lowercase letters and digits, with single hyphens between, beginning with a letter")
    }
    guard name.utf8.count <= greatestLength else {
      throw Flaw("the \(kind)'s name \(name.quoted) is too long", hint: "at most \(greatestLength) characters")
    }
  }
}

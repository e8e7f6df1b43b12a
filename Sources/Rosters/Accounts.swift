/// A group's Unix accounts as the three files that `libnss-extrausers` reads below `/var/lib/extrausers`.
///
/// Accounts are data: an image gets them by COPY, no `useradd` runs, and the same roster gives the same bytes. Each user has
/// a Unix group of its own whose id is the uid, the home `/home/NAME` and the shell `/bin/bash`. Who may log in are the
/// members of `jupyter-users`, and `jupyter-admins` may administer the hub: both groups are always there, since the hub
/// refuses every login when one that its configuration names is not. Lines are in the order of the ids.
package struct Accounts: Sendable, Equatable {
  /// A Unix group of the image that is the same in every one.
  package struct UnixGroup: Sendable, Equatable {
    package var name: String
    package var gid: Int
  }

  /// The members may log in. The ids lie above those that a roster may give, at the end of Debian's range for people,
  /// where neither base images nor `adduser` put anything.
  package static let usersGroup = UnixGroup(name: "jupyter-users", gid: 59_998)
  /// The members may administer the hub.
  package static let adminsGroup = UnixGroup(name: "jupyter-admins", gid: 59_999)

  /// The users who have an account, in the order of their ids.
  package let members: [User]

  /// The accounts of a group's image.
  package init(of group: Group, in roster: Roster) {
    members = roster.members(of: group)
  }

  /// The text of `passwd` (passwd(5)); mode 0644.
  package var passwd: String {
    lines(members.map { "\($0.name):x:\($0.uid):\($0.uid):\($0.fullName ?? ""):/home/\($0.name):/bin/bash" })
  }

  /// The text of `group` (group(5)); mode 0644.
  package var group: String {
    let own = members.map { "\($0.name):x:\($0.uid):" }
    let users = Self.line(Self.usersGroup, members)
    let admins = Self.line(Self.adminsGroup, members.filter(\.admin))
    return lines(own + [users, admins])
  }

  /// The text of `shadow` (shadow(5)) with every account locked: the one that images hold; mode 0640, root:shadow.
  package var shadow: String {
    lines(members.map { Self.shadowLine($0.name, "!") })
  }

  /// The text of `shadow` with password hashes: for the secret that a container gets at its start, never for an image.
  ///
  /// `hashes` are yescrypt hashes (`$y$…`, crypt(5)) by login name. A member without one stays locked; hashes of others
  /// than the members are left out. Throws an error of code `.hash` for a hash that is none, which would break the file
  /// or let everyone in.
  package func shadow(hashes: [String: String]) throws(RosterError) -> String {
    var entries: [String] = []
    for member in members {
      let hash = hashes[member.name] ?? "!"
      guard hash == "!" || hash.wholeMatch(of: /\$y\$[.\/0-9A-Za-z]+\$[.\/0-9A-Za-z]{1,86}\$[.\/0-9A-Za-z]{43}/) != nil
      else {
        throw RosterError(
          code: .hash, message: "what is given as \(member.name)'s password hash is not a yescrypt hash",
          hint: "make it with mkpasswd --method=yescrypt")
      }
      entries.append(Self.shadowLine(member.name, hash))
    }
    return lines(entries)
  }

  private func lines(_ lines: [String]) -> String {
    lines.map { $0 + "\n" }.joined()
  }

  private static func line(_ group: UnixGroup, _ members: [User]) -> String {
    "\(group.name):x:\(group.gid):\(members.map(\.name).joined(separator: ","))"
  }

  /// No date of the last change and no ageing: a date would make the bytes depend on the day.
  private static func shadowLine(_ name: String, _ password: String) -> String {
    "\(name):\(password):::::::"
  }
}

/// The login names that a roster may give.
enum UnixName {
  /// Refuses what Debian's `adduser` refuses (NAME_REGEX), what `useradd` cuts off (32 bytes), and what the image
  /// already has as a user or, since every user has a group of that name, as a group.
  static func check(_ name: String) throws(Flaw) {
    guard name.wholeMatch(of: /[a-z][a-z0-9_-]*/) != nil else {
      let proposal = proposal(for: name).map { "; \($0) would do" } ?? ""
      throw Flaw(
        "\(name.quoted) cannot be a user name",
        hint: "a lowercase letter, then lowercase letters, digits, - and _\(proposal)")
    }
    guard name.utf8.count <= 32 else {
      throw Flaw("the user name \(name.quoted) is too long", hint: "at most 32 characters")
    }
    guard !reserved.contains(name), !name.hasPrefix("systemd-") else {
      throw Flaw("\(name.quoted) is already a user or group of the system", hint: "choose another name")
    }
  }

  private static func proposal(for name: String) -> String? {
    let letters = name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "-" }
    let trimmed = String(letters.drop { !$0.isLetter }.prefix(32))
    return trimmed.isEmpty || trimmed.hasSuffix("-") || reserved.contains(trimmed) ? nil : trimmed
  }

  /// Users and groups of Debian's base-passwd, those that the recipe's packages and services like them add, those that
  /// images of notebooks commonly have, and the hub's own groups.
  private static let reserved: Set<String> = [
    "adm", "audio", "backup", "bin", "cdrom", "daemon", "dialout", "dip", "disk", "fax", "floppy", "games", "irc",
    "kmem", "list", "lp", "mail", "man", "news", "nobody", "nogroup", "operator", "plugdev", "proxy", "root", "sasl",
    "shadow", "src", "staff", "sudo", "sync", "sys", "tape", "tty", "users", "utmp", "uucp", "video", "voice",
    "www-data",
    "avahi", "clock", "crontab", "docker", "input", "kvm", "lpadmin", "messagebus", "netdev", "ntpsec", "polkitd",
    "postfix", "rdma", "render", "scanner", "sgx", "sshd", "ssl-cert", "statd", "tcpdump", "tss", "uuidd", "wheel",
    "debian", "jovyan", "rstudio", "ubuntu",
    Accounts.usersGroup.name, Accounts.adminsGroup.name,
  ]
}

/// The texts of `/var/lib/extrausers/{passwd,group,shadow}` for one group: its accounts, in the formats of passwd(5),
/// group(5) and shadow(5).
package struct AccountFiles: Sendable, Equatable {
  package var passwd: String
  package var group: String
  /// Every account locked, unless the roster has a hash.
  package var shadow: String

  package init(passwd: String, group: String, shadow: String) {
    self.passwd = passwd
    self.group = group
    self.shadow = shadow
  }
}

/// What a command sees as `/etc/hosts`.
package enum HostsFile {
  /// A program that looks its own machine's name up finds it.
  package static func text(hostname: String) -> String {
    "127.0.0.1 localhost \(hostname)\n::1 localhost ip6-localhost ip6-loopback\n"
  }
}

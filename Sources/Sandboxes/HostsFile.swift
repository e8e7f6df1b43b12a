/// What a command sees as `/etc/hosts`.
package enum HostsFile {
  /// A program that looks its own machine's name up finds it; what `--add-host` adds comes last.
  package static func text(of command: SandboxCommand) -> String {
    "127.0.0.1 localhost \(command.hostname)\n::1 localhost ip6-localhost ip6-loopback\n"
      + command.limits.hosts.map { "\($0.address) \($0.name)\n" }.joined()
  }
}

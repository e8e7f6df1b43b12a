import ArgumentParser
import Builds
import Foundation
import Layers
import Native
import OCI
import Rosters
import Sandboxes

/// `imagesmith run`: a group's built image, here.
struct RunCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Boot a group's built image on this machine, with one-time passwords.",
    discussion: """
      Makes a password for each user of the group, prints the address and the passwords, and runs until Ctrl-C. The \
      passwords reach the hub as they do in production, and are gone when it ends. Notebooks are kept in the container \
      unless NOTEBOOK_S3_BUCKET and a way to credentials are given.

      Example:  imagesmith run --group pii --port 8000
      """)

  @Option(name: .long, help: ArgumentHelp("The roster.", valueName: "file"))
  var roster = "users.yaml"

  @Option(name: .shortAndLong, help: ArgumentHelp("The group whose image is booted.", valueName: "group"))
  var group: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The TCP port of the hub.", valueName: "port"))
  var port = 8000

  @Option(
    name: [.customShort("e"), .customLong("env")],
    help: ArgumentHelp(
      "A variable for the container, as docker has it; may be given several times.", valueName: "name[=value]"))
  var environment: [String] = []

  @Option(
    name: .long, help: ArgumentHelp("Also write the passwords to this file, as JSON, mode 0600.", valueName: "file"))
  var passwordsFile: String?

  @OptionGroup var output: OutputOptions

  func prepare() throws { RootlessEntry.enter(path: Environment.path) }

  mutating func run() async throws {
    output.apply()
    guard (1...65_535).contains(port) else {
      throw Failure(.usage, "--port \(port) is no port", hint: "write a number from 1 to 65535")
    }
    let project = try Project(file: roster, groups: [group])
    let group = project.groups[0]
    let store = try LocalStore(directory: project.store)
    guard let container = try await store.container(tagged: group.name) else { throw Failure.notBuilt(group) }
    try PortCheck.requireFree(port)

    let accounts = Accounts(of: group, in: project.roster)
    let passwords = try Dictionary(uniqueKeysWithValues: accounts.members.map { ($0.name, try OneTimePassword.make()) })
    let hashes = try await BlockingPool.shared.run { try passwords.mapValues { try PasswordHash.make(of: $0) } }
    if let passwordsFile { try Self.write(passwords, to: passwordsFile) }

    let given = environment.compactMap { text in
      text.contains("=") ? text : Environment[text].map { "\(text)=\($0)" }
    }
    let variables = given + ["JUPYTERHUB_PORT=\(port)", "IMAGESMITH_SHADOW=\(try accounts.shadow(hashes: hashes))"]
    try announce(accounts.members.map(\.name), passwords)
    // By chroot the hub would have no /proc, and no end when this ends.
    let isolation: Isolation = UserNamespace.isEntered ? .rootless : .oci
    let ladder = IsolationLadder(isolation, path: Environment.path, folder: store.cache.workFolder)
    let status = try await container.run(
      environment: variables, cache: store.cache, sandbox: try await ladder.sandbox()
    ) { Console.standard.pass(Array($0)) }
    throw Failure(.failed, "the hub of \(group.name) ended by itself, with status \(status.code)")
  }

  /// The address, and who logs in by which password.
  private func announce(_ users: [String], _ passwords: [String: String]) throws {
    let address = "http://127.0.0.1:\(port)/"
    var text = address + "\n"
    if output.json {
      let data = try JSONEncoder.sorted.encode(Announcement(address: address, passwords: passwords))
      text = String(decoding: data, as: UTF8.self) + "\n"
    } else {
      let width = users.map(\.count).max() ?? 0
      for user in users {
        text += "  \(user.padding(toLength: width, withPad: " ", startingAt: 0))  \(passwords[user] ?? "")\n"
      }
    }
    try StandardStream.output.write(text)
  }

  private struct Announcement: Encodable {
    var address: String
    var passwords: [String: String]
  }

  private static func write(_ passwords: [String: String], to path: String) throws {
    let beside = path + ".partial"
    unlink(beside)
    let file = try FileDescriptor.open(beside, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
    try file.write(Array(JSONEncoder.sorted.encode(passwords)))
    guard rename(beside, path) == 0 else { throw NativeError(failed: "write \(path)") }
  }
}

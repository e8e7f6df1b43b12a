import Foundation
import Testing

/// The templates are programs of other languages: their own tools read them.
@Suite struct ScriptsTests {
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/shellcheck"), "shellcheck is not installed"),
    arguments: ["apt-install", "entrypoint"])
  func shellcheckHasNothingToSay(_ name: String) throws {
    let run = try Command.run("/usr/bin/shellcheck", "--shell=sh", Place.templates.appending(path: name).path)
    #expect(run.output == "")
    #expect(run.status == 0)
  }

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "python3 is not installed"),
    arguments: ["jupyterhub_config.py", "jupyter_server_config.py"])
  func pythonCompilesIt(_ name: String) throws {
    let program = "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')"
    let run = try Command.run("/usr/bin/python3", "-c", program, Place.templates.appending(path: name).path)
    #expect(run.errors == "")
    #expect(run.status == 0)
  }
}

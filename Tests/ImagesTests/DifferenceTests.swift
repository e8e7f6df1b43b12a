import Layers
import Native
import OCI
import Testing

@testable import Images

/// What differs between two images, and what is read to know it.
struct DifferenceTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func image(_ name: String, _ layers: [String], _ change: (inout ImageConfig) -> Void = { _ in }) async throws
    -> Image
  {
    var made = try HostileImage.make(layers, in: folder)
    change(&made.config)
    try OCILayoutDestination(directory: folder(name), tag: "one").write(made)
    return try await LayoutSource(directory: folder(name), tag: "one", name: name).image(for: nil)
  }

  /// `+ path`, `- path` or `~ path: what`.
  private func lines(_ difference: ImageDifference) -> [String] {
    difference.files.map { change in
      let sign = change.before == nil ? "+" : change.after == nil ? "-" : "~"
      return "\(sign) \(change.path)"
        + (change.aspects.isEmpty ? "" : ": " + change.aspects.map(\.rawValue).joined(separator: " "))
    }
  }

  static let base = "add('etc/a', data=b'one'); add('etc/b', data=b'two'); add('dir/x', data=b'x'); add('dir/y')"

  @Test(
    "files, also where only one image speaks of what both have from below",
    arguments: [
      (["add('new', data=b'1')"], ["add('new', data=b'1', mode=0o700)"], ["~ /new: mode"]),
      (["add('new', data=b'1')"], ["add('new', data=b'2')"], ["~ /new: content"]),
      (["add('new', data=b'1')"], ["add('.wh.other'); add('new', data=b'1')"], []),
      (["add('etc/a', data=b'one')"], [], []),
      (["add('etc/a', data=b'eno')"], [], ["~ /etc/a: content"]),
      ([], ["add('.wh.dir')"], ["- /dir", "- /dir/x", "- /dir/y"]),
      (["add('.wh.dir')"], ["add('.wh.dir')", "add('last')"], ["+ /last"]),
      (["add('dir', DIRTYPE); add('dir/.wh..wh..opq')"], ["add('.wh.dir')"], ["- /dir"]),
      (["add('dir', SYMTYPE, 'etc')"], ["add('dir', SYMTYPE, 'lib')"], ["~ /dir: target"]),
      (["add('dir', DIRTYPE)"], ["add('dir')"], ["~ /dir: type", "- /dir/x", "- /dir/y"].sorted()),
      // A link to a file that only the base has is that file.
      (["add('z', LNKTYPE, 'etc/a')"], ["add('z', data=b'one')"], []),
      (["add('z', LNKTYPE, 'etc/a')"], ["add('z', data=b'two')"], ["~ /z: content"]),
      // The same layers at other heights.
      (["add('p')", "add('q')"], ["add('q')", "add('p')"], []),
    ])
  func files(_ one: [String], _ other: [String], _ expected: [String]) async throws {
    let before = try await image("a", [Self.base] + one)
    let after = try await image("b", [Self.base] + other)
    let difference = try await ImageComparison(before, after).difference()
    #expect(lines(difference).sorted() == expected.sorted())
    #expect(difference.config.isEmpty)
    let back = try await ImageComparison(after, before).difference()
    #expect(back.files.count == expected.count)
    #expect(try await ImageComparison(before, before).difference().isEmpty)
  }

  @Test("layers that both have are not read where nothing depends on them")
  func shared() async throws {
    let before = try await image("a", [Self.base, "add('etc', DIRTYPE); add('etc/passwd', data=b'one')"])
    let after = try await image("b", [Self.base, "add('etc', DIRTYPE); add('etc/passwd', data=b'two')"])
    for name in ["a", "b"] {
      try folder.shell("rm '\(name)/blobs/sha256/\(before.layers[0].descriptor.digest.hex)'")
    }
    let difference = try await ImageComparison(before, after).difference()
    #expect(lines(difference) == ["~ /etc/passwd: content"])
    let identical = try await ImageComparison(before, before).difference()
    #expect(identical.isEmpty)
  }

  @Test("packages of dpkg, pip and R")
  func packages() async throws {
    func layer(_ version: String, _ more: String) -> String {
      """
      add('var/lib/dpkg/status', data=b'''Package: libc6
      Status: install ok installed
      Architecture: amd64
      Version: 2.\(version)
      Description: long
       text: of lines

      Package: gone
      Status: deinstall ok config-files
      Version: 1

      Package: same
      Status: install ok installed
      Version: 7
      ''')
      add('usr/lib/python3/dist-packages/numpy-2.dist-info/METADATA', data=b'''Metadata-Version: 2.1
      Name: numpy
      Version: 2.\(version)

      Version: not this one
      ''')
      add('usr/local/lib/R/site-library/ggplot2/DESCRIPTION', data=b'Package: ggplot2\\nVersion: 3.\(version)\\n')
      add('srv/DESCRIPTION', data=b'Package: no\\nVersion: 3.\(version)\\n')
      \(more)
      """
    }
    let before = try await image("a", [layer("1", "")])
    let after = try await image(
      "b", [layer("2", "add('usr/lib/x.egg-info/PKG-INFO', data=b'Name: extra\\nVersion: 9\\n')")])
    let changes = try await ImageComparison(before, after).difference().packages
      .map { "\($0.package.manager.rawValue) \($0.package.name) \($0.before ?? "-") \($0.after ?? "-")" }
    #expect(changes == ["dpkg libc6 2.1 2.2", "pip extra - 9", "pip numpy 2.1 2.2", "R ggplot2 3.1 3.2"])
  }

  @Test("a package that goes with its directory")
  func removedPackage() async throws {
    let base = "add('site/numpy.dist-info/METADATA', data=b'Name: numpy\\nVersion: 2\\n')"
    let before = try await image("a", [base])
    let after = try await image("b", [base, "add('site/.wh.numpy.dist-info')"])
    let change = try #require(try await ImageComparison(before, after).difference().packages.first)
    #expect(change.package == InstalledPackage(manager: .pip, name: "numpy"))
    #expect(change.before == "2" && change.after == nil)
  }

  @Test("config, field by field")
  func config() async throws {
    let before = try await image("a", []) { config in
      var container = ContainerConfig()
      container.user = "root"
      container.env = ["PATH=/bin", "OLD=1"]
      container.cmd = ["a", "b c"]
      container.labels = ["x": "1"]
      config.config = container
    }
    let after = try await image("b", []) { config in
      var container = ContainerConfig()
      container.user = "1000"
      container.env = ["PATH=/usr/bin"]
      container.exposedPorts = ["80/tcp": EmptyObject()]
      container.cmd = ["a", "b c"]
      container.labels = ["x": "1"]
      container.healthcheck = Healthcheck(test: ["CMD", "true"])
      config.config = container
    }
    let changes = try await ImageComparison(before, after).difference(comparesFiles: false).config
      .map { "\($0.field): \($0.before ?? "-") > \($0.after ?? "-")" }
    #expect(
      changes == [
        "user: root > 1000", "env PATH: /bin > /usr/bin", "env OLD: 1 > -", "healthcheck: - > CMD true",
        "port 80/tcp: - > exposed",
      ])
  }
}

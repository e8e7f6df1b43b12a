import Foundation
import Layers
import Native
import OCI
import Testing

@testable import Builds

/// Builds on a machine that has nothing, from what another machine knows.
@Suite(.enabled(if: geteuid() == 0, "mounting an overlay needs root"))
struct LazyTests {
  /// The shape of the groups' Dockerfiles: packages, then the hub's configuration, then accounts.
  static let file = """
    FROM localhost/tiny
    COPY --chmod=0755 install /usr/local/sbin/install
    RUN mkdir -p /opt/hub/bin /srv && echo packages > /opt/hub/bin/python && chmod 0710 /srv
    COPY lock /usr/local/share/hub/lock
    RUN echo modules > /opt/hub/modules
    COPY --chmod=0644 config.py /srv/hub/config.py
    COPY server.py /etc/hub/server.py
    COPY --chmod=0755 entrypoint /usr/local/bin/entrypoint
    WORKDIR /srv/hub
    COPY --chmod=0644 accounts/passwd accounts/group /var/lib/extrausers/
    COPY --chmod=0640 --chown=0:42 accounts/shadow /var/lib/extrausers/
    """

  static let files = [
    "install": "#!/bin/sh", "lock": "pip", "config.py": "c = 1", "server.py": "s = 1", "entrypoint": "#!/bin/sh",
    "accounts/passwd": "a", "accounts/group": "g", "accounts/shadow": "s",
  ]

  /// A machine that has nothing but the files.
  private func machine(_ files: [String: String] = files) throws -> Workbench {
    var bench = try Workbench(files)
    bench.registry = CountingBases()
    return bench
  }

  /// A machine that has built it, and one that has nothing but the same files.
  private func machines(
    _ file: String = file
  ) async throws -> (warm: Workbench, built: Workbench.Outcome, cold: Workbench) {
    let warm = try machine()
    return (warm, try await warm.build(file), try machine())
  }

  @Test("nothing changed: nothing is fetched, nothing is unpacked, the image is the same")
  func unchanged() async throws {
    var (_, built, cold) = try await machines()
    let remote = try CountingCache(built)
    cold.remotes = [remote]
    let image = try await cold.build(Self.file)
    #expect(image.image == built.image)
    #expect(image.cached == Array(1...11))
    #expect(cold.registry?.asked == 0)
    #expect(remote.asked == 1)
    #expect(remote.fetched == [])
    #expect(image.content == built.content)
    #expect(try cold.isClean)
  }

  @Test("a change of accounts: no byte of a layer is fetched, and the image is that of a machine that has everything")
  func accounts() async throws {
    var (warm, built, cold) = try await machines()
    let remote = try CountingCache(built)
    cold.remotes = [remote]
    let change = ["accounts/passwd": "a\nb"]
    try warm.write(change)
    try cold.write(change)
    let expected = try await warm.build(Self.file)
    let image = try await cold.build(Self.file)
    #expect(image.image == expected.image)
    #expect(image.image != built.image)
    #expect(image.cached == Array(1...9))
    #expect(remote.fetched == [])
    #expect(try FileManager.default.contentsOfDirectory(atPath: cold.cache + "/snapshots/sha256").isEmpty)
    #expect(try cold.diskUse() < 1 << 20)
  }

  @Test(
    "a change of the hub's configuration: the COPYs after it need no tree either",
    arguments: ["install", "lock", "config.py", "server.py", "entrypoint", "accounts/group", "accounts/shadow"])
  func configuration(file: String) async throws {
    // Without commands, which need the tree.
    let text = Self.file.split(separator: "\n").filter { !$0.hasPrefix("RUN echo") }.joined(separator: "\n")
    let isAbove = file != "install"
    var (warm, built, cold) = try await machines(text)
    let remote = try CountingCache(built)
    cold.remotes = [remote]
    try warm.write([file: "changed"])
    try cold.write([file: "changed"])
    let expected = try await warm.build(text)
    let image = try await cold.build(text)
    #expect(image.image == expected.image)
    #expect(remote.fetched.isEmpty == isAbove)
  }

  @Test("a machine whose cache is from before answers were kept does its COPYs once more, and then can help others")
  func olderCache() async throws {
    let warm = try machine()
    let before = try await warm.build(Self.file)
    let folder = warm.cache + "/steps"
    for case let name as String in try #require(FileManager.default.enumerator(atPath: folder))
    where name.hasSuffix(".json") {
      let file = URL(filePath: "\(folder)/\(name)")
      let text = try String(contentsOf: file, encoding: .utf8).replacingOccurrences(of: ",\"isSeen\":true", with: "")
        .replacingOccurrences(of: "\"isSeen\":true,", with: "")
      try #require(!text.contains("isSeen"))
      try text.write(to: file, atomically: false, encoding: .utf8)
    }
    try FileManager.default.removeItem(atPath: warm.cache + "/sights")
    try FileManager.default.createDirectory(atPath: warm.cache + "/sights", withIntermediateDirectories: false)

    let again = try await warm.build(Self.file)
    #expect(again.image == before.image)
    #expect(again.cached == [1, 3, 5])
    #expect(try await warm.build(Self.file).cached == Array(1...11))

    var cold = try machine()
    let remote = try CountingCache(again)
    cold.remotes = [remote]
    try cold.write(["accounts/passwd": "a\nb"])
    _ = try await cold.build(Self.file)
    #expect(remote.fetched == [])
  }

  @Test("a change of packages: the layers below the first changed step are fetched, and no other")
  func packages() async throws {
    var (warm, built, cold) = try await machines()
    let remote = try CountingCache(built)
    cold.remotes = [remote]
    let changed = Self.file.replacingOccurrences(of: "echo modules", with: "echo more modules")
    let expected = try await warm.build(changed)
    let image = try await cold.build(changed)
    #expect(image.image == expected.image)
    #expect(Set(remote.fetched.map(\.digest)) == Set(built.image.layers.prefix(4).map(\.descriptor.digest)))
    #expect(image.cached == [1, 2, 3, 4])
  }

  @Test("links, owners by name and folders in the tree below count as if it were here")
  func sights() async throws {
    let file = """
      FROM localhost/tiny
      RUN mkdir -p /real/inner /gone && chown 5:6 /real && chmod 2750 /real/inner && ln -s real /link && \
        ln -s /link/inner/deep /dangling && touch /gone/x
      RUN rm -r /gone && mkdir /gone && chmod 0700 /gone
      COPY first /first
      WORKDIR /link/inner/work
      USER app
      WORKDIR /link/inner/own
      COPY --chown=app:staff a /link/inner/
      COPY a /dangling/
      COPY a /gone/x/y
      COPY a /bin/a
      COPY --link b /real/b
      """
    let files = ["first": "1", "a": "a", "b": "b"]
    let warm = try machine(files)
    let built = try await warm.build(file)
    for change in [["first": "2"], ["a": "other"], ["first": "3", "a": "4", "b": "5"]] {
      var cold = try machine(files)
      let remote = try CountingCache(built)
      cold.remotes = [remote]
      try warm.write(change)
      try cold.write(change)
      #expect(try await cold.build(file).image == warm.build(file).image, "\(change)")
      #expect(remote.fetched == [], "\(change)")
      // What the lazy machine knows is as good.
      var next = try machine(files)
      let second = try CountingCache(try await cold.build(file))
      next.remotes = [second]
      try next.write(change.mapValues { $0 + "again" })
      try warm.write(change.mapValues { $0 + "again" })
      #expect(try await next.build(file).image == warm.build(file).image, "\(change)")
      #expect(second.fetched == [], "\(change)")
      try warm.write(files)
    }
  }

  @Test("an error about the tree below is the same without the tree")
  func errors() async throws {
    let file = "FROM localhost/tiny\nRUN mkdir /d && touch /f\nCOPY a /x\nCOPY a /d/\nCOPY a /f\n"
    let warm = try machine(["a": "a"])
    let built = try await warm.build(file)
    for changed in ["COPY a /f/", "COPY a /f/b", "COPY --chown=nobody:x a /f", "WORKDIR /f"] {
      var cold = try machine(["a": "a"])
      cold.remotes = [try CountingCache(built)]
      let text = file + changed + "\n"
      #expect(try await cold.failure(text).message == warm.failure(text).message)
    }
  }

  @Test("what nobody has looked at is fetched, and then known")
  func unseen() async throws {
    var (warm, built, cold) = try await machines()
    let remote = try CountingCache(built)
    cold.remotes = [remote]
    let changed = Self.file + "\nCOPY lock /opt/hub/elsewhere\n"
    let image = try await cold.build(changed)
    #expect(image.image == (try await warm.build(changed)).image)
    #expect(!remote.fetched.isEmpty)
    // The same question again, of other files.
    var next = try machine()
    let second = try CountingCache(image)
    next.remotes = [second]
    let file = Self.file + "\nCOPY config.py /opt/hub/elsewhere\n"
    #expect(try await next.build(file).image == warm.build(file).image)
    #expect(second.fetched == [])
  }

  @Test("COPY --from of a stage whose files have not changed needs none of its layers")
  func stages() async throws {
    let file = """
      FROM localhost/tiny AS tools
      RUN mkdir /out && echo tool > /out/tool
      FROM localhost/tiny
      COPY a /a
      COPY --from=tools /out/tool /tool
      """
    let warm = try machine(["a": "a"])
    let built = try await warm.build(file)
    var cold = try machine(["a": "b"])
    let remote = try CountingCache(built)
    cold.remotes = [remote]
    try warm.write(["a": "b"])
    let image = try await cold.build(file)
    #expect(image.image == (try await warm.build(file)).image)
    // The step stands on another tree, and the files that it copies are needed.
    #expect(Set(remote.fetched.map(\.digest)).isSubset(of: built.content.blobs.map(\.digest)))
    #expect(!remote.fetched.isEmpty)
    var other = try machine(["a": "a"])
    let unused = try CountingCache(built)
    other.remotes = [unused]
    #expect(try await other.build(file).image == built.image)
    #expect(unused.fetched == [])
  }

  @Test("layers that have to be here come in the end")
  func needed() async throws {
    var (_, built, cold) = try await machines()
    let remote = try CountingCache(built)
    cold.remotes = [remote]
    let image = try await cold.build(Self.file) { $0.needsLayers = true }
    #expect(image.image == built.image)
    for layer in image.image.layers { try image.cache.blobs.verify(layer.descriptor.digest) }
    #expect(Set(remote.fetched.map(\.digest)) == Set(built.image.layers.map(\.descriptor.digest)))
  }

  @Test("a blob that is gone where it should be: a warning, and the step is done again")
  func lost() async throws {
    var (_, built, cold) = try await machines()
    for number in built.image.layers.indices {
      cold = try machine()
      let remote = try CountingCache(built)
      remote.lose([built.image.layers[number].descriptor.digest])
      cold.remotes = [remote]
      let image = try await cold.build(Self.file) { $0.needsLayers = true }
      #expect(image.image == built.image)
      #expect(image.warnings.contains { $0.contains("cannot be had (type=test: there is no blob") }, "\(number)")
    }
    let remote = try CountingCache(built)
    remote.lose(built.image.layers.map(\.descriptor.digest))
    cold = try machine()
    cold.remotes = [remote]
    #expect(try await cold.build(Self.file) { $0.needsLayers = true }.image == built.image)
  }

  @Test(
    "a cache that cannot be read is a warning, and a build without it",
    arguments: ["", "{", "[]", #"{"steps":{"x":1}}"#])
  func spoilt(text: String) async throws {
    var (_, built, cold) = try await machines()
    cold.remotes = [CountingCache(spoilt: text, built)]
    let image = try await cold.build(Self.file)
    #expect(image.image == built.image)
    #expect(image.cached == [])
    #expect(image.warnings.contains { $0.hasPrefix("the cache type=test is not used") })
  }

  @Test("a layer that unpacks to another than its record says is made again")
  func wrongDiffID() async throws {
    var (_, built, cold) = try await machines()
    let wrong = DiffID(built.image.layers[0].descriptor.digest)
    let victim = built.image.layers[2].diffID
    cold.remotes = [
      try CountingCache(built) { content in
        for (key, record) in content.steps where record.layer?.diffID == victim {
          content.steps[key]?.layer?.diffID = wrong
        }
      }
    ]
    let changed = Self.file + "\nRUN cat /opt/hub/bin/python > /copy\n"
    let image = try await cold.build(changed)
    #expect(try await image.text("/copy") == "packages\n")
    #expect(image.image.layers.dropLast() == built.image.layers[...])
  }

  @Test("own records whose blobs have gone count where another machine has them")
  func pruned() async throws {
    var (warm, built, _) = try await machines()
    let other = try machine()
    let remote = try CountingCache(try await other.build(Self.file))
    for folder in ["blobs/sha256", "snapshots/sha256"] {
      try FileManager.default.removeItem(atPath: "\(warm.cache)/\(folder)")
      try FileManager.default.createDirectory(atPath: "\(warm.cache)/\(folder)", withIntermediateDirectories: false)
    }
    warm.remotes = [remote]
    let image = try await warm.build(Self.file)
    #expect(image.image == built.image)
    #expect(image.cached == Array(1...11))
    #expect(remote.fetched == [])
  }

  @Test("nothing is asked of another machine while this one has everything")
  func quiet() async throws {
    var (warm, built, _) = try await machines()
    let remote = try CountingCache(built)
    warm.remotes = [remote]
    _ = try await warm.build(Self.file)
    #expect(remote.asked == 0)
  }

  @Test("a layer is unpacked while another is still on its way")
  func overlap() async throws {
    let file = "FROM localhost/tiny\nRUN echo 1 > /1\nRUN echo 2 > /2\n"
    let built = try await machine().build(file)
    var cold = try machine()
    let remote = try CountingCache(built)
    cold.remotes = [remote]
    let (first, last) = (built.image.layers[0], built.image.layers[2])
    let snapshot = "\(cold.cache)/snapshots/sha256/\(first.diffID.digest.hex)/made"
    remote.whenAsked { blob in
      guard blob == last.descriptor else { return }
      // Waits for the base to be unpacked, which would never be if all layers had to come first.
      for _ in 0..<60_000 where access(snapshot, F_OK) != 0 { try await Task.sleep(for: .milliseconds(1)) }
      guard access(snapshot, F_OK) == 0 else { throw LayerError(code: .notFound, message: "nothing was unpacked") }
    }
    let image = try await cold.build(file + "RUN cat /1 /2 > /3\n")
    #expect(try await image.text("/3") == "1\n2\n")
    #expect(image.warnings == [])
    #expect(Set(remote.fetched) == Set(built.image.layers.map(\.descriptor)))
  }

  @Test("stages that need the same layers at once fetch each once")
  func together() async throws {
    let file = """
      FROM localhost/tiny AS base
      RUN echo 1 > /1
      FROM base AS one
      RUN cat /1 > /one
      FROM base AS two
      RUN cat /1 > /two
      FROM scratch
      COPY --from=one /one /
      COPY --from=two /two /
      """
    let built = try await machine().build(file)
    var cold = try machine()
    let remote = try CountingCache(built)
    cold.remotes = [remote]
    let changed = file.replacingOccurrences(of: "cat /1", with: "cat /1 /1")
    let image = try await cold.build(changed)
    #expect(image.image == (try await machine().build(changed)).image)
    #expect(remote.fetched.count == 2)
  }
}

import ArgumentParser

/// `imagesmith build`: images/GROUP, or any Dockerfile, to an image in the local store, or wherever `--output` says.
struct BuildCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Build the groups' images, or any Dockerfile, without a Docker daemon.",
    discussion: """
      Prints a line for each image: NAME sha256:DIGEST, or with --quiet and a context the digest alone. The images are in \
      .imagesmith/images, an OCI image layout with a tag for each group, which skopeo, podman and umoci read as it is. \
      Steps whose inputs are the same come from the cache, which is at $IMAGESMITH_HOME, else ~/.cache/imagesmith.

      RUN gets the machine's certificates as the secret ca_bundle, and the files that PIP_CONFIG_FILE and APT_CONFIG name \
      as pip_conf and apt_conf; it gets none of the caller's variables.

      With --progress json each line on stderr is an object: its status is started, explained, output, packed, done, failed, \
      note, warning or error; stage, step and total say where; instruction, cached, seconds, bytes, output, message, hint and exitCode what.

      Examples:
        imagesmith build --group pii
        imagesmith build --tag tools --file tools/Dockerfile .
        imagesmith build --build-arg VERSION=2 --secret id=token,src=token .
        imagesmith build --tag tools --output type=docker,dest=tools.tar .
        imagesmith build --cache-from 127.0.0.1:5000/team/cache:main --cache-to type=registry,ref=127.0.0.1:5000/team/cache:main .
        imagesmith build --check .
        imagesmith build --target files --output out .
        tar -c . | imagesmith build --quiet -
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup(title: "CONTEXT AND IMAGE") var dockerfile: DockerfileOptions
  @OptionGroup(title: "OUTPUT") var export: ExportOptions
  @OptionGroup var registry: CacheRegistryOptions
  @OptionGroup var options: BuildOptions
  @OptionGroup var check: CheckOption
  @OptionGroup var ignored: IgnoredOptions
  @OptionGroup var output: OutputOptions

  func prepare() throws { try options.isolation.enterNamespace() }

  mutating func run() async throws {
    output.apply()
    if options.progress == .json { Console.standard.speakJSON() }
    try ignored.tell()
    guard let context = dockerfile.context else { return try await buildGroups() }
    guard project.group.isEmpty else {
      throw Failure(.usage, "--group and a build context are two different builds", hint: "leave one of them out")
    }
    if check.check { return try await check.run(context, dockerfile, options, output) }
    let names = try dockerfile.names()
    let exports = try export.exports()
    let display = try options.progress.display(image: "")
    let caches = try SharedCaches(options.caches)
    let store = try LocalStore(directory: ".imagesmith/images", remotes: caches.remotes, trace: caches.trace)
    let request = try await dockerfile.request(context, options, cache: store.cache)
    let warnings = try DockerfileCheck.warnings(of: request)
    defer { warnings.forEach(Console.standard.note) }
    let result = try await store.build(
      request, names: names, exports: exports, keeps: exports.isEmpty || export.load,
      isolation: options.isolation.chosen(), display)
    try BuildMetadata(config: result.config, descriptor: result.manifest, names: names).write(export)
    try tell(names.first ?? TagName.standard, "name", result, alone: true)
    caches.note(result.layers)
    try await caches.export(store.cache, options)
  }

  private func buildGroups() async throws {
    guard !dockerfile.isGiven else {
      throw Failure(
        .usage, "options of a Dockerfile's build, and no build context",
        hint: "name the context at the end, . for this folder: imagesmith build --tag NAME .")
    }
    if check.check { return try check.run(project.project(), options, output) }
    let project = try project.project()
    let caches = try SharedCaches(options.caches, project, registry: registry.registry)
    let images = try GroupImages(project, options, caches)
    guard images.project.groups.count == 1 || !export.isGiven else {
      throw Failure(
        .usage, "--output, --load, --iidfile and --metadata-file are about one image", hint: "choose one: --group GROUP"
      )
    }
    for group in images.project.groups {
      let exports = try export.exports()
      let result = try await images.build(group, exports: exports, keeps: exports.isEmpty || export.load)
      try BuildMetadata(config: result.config, descriptor: result.manifest, names: [group.name]).write(export)
      try tell(group.name, "group", result, alone: false)
    }
    try await images.exportCaches()
  }

  /// Prints what was built; nothing where stdout takes the image itself.
  private func tell(_ name: String, _ kind: String, _ result: LocalStore.Result, alone: Bool) throws {
    guard !result.tookStandardOutput else { return Console.standard.note("\(name) \(result.manifest.digest)") }
    let line = alone && output.quiet ? "\(result.manifest.digest)" : "\(name) \(result.manifest.digest)"
    try output.print(line, [kind: name, "digest": "\(result.manifest.digest)"])
  }
}

import ArgumentParser

/// `imagesmith build`: images/GROUP, or any folder with a Dockerfile, to an image in the local store.
struct BuildCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Build the groups' images, or any Dockerfile, without a Docker daemon.",
    discussion: """
      Prints a line for each image: NAME sha256:DIGEST. The images are in .imagesmith/images, an OCI image layout with a \
      tag for each group, which skopeo, podman and umoci read as it is. Steps whose inputs are the same come from the \
      cache, which is at $IMAGESMITH_HOME, else ~/.cache/imagesmith.

      RUN gets the machine's certificates as the secret ca_bundle, and the files that PIP_CONFIG_FILE and APT_CONFIG name \
      as pip_conf and apt_conf; it gets none of the caller's variables.

      Example:  imagesmith build --group pii
                imagesmith build --tag tools --file tools/Dockerfile .
                imagesmith build --check .      exits with 2 and shows what the Dockerfile had better not do
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var options: BuildOptions
  @OptionGroup var dockerfile: DockerfileOptions
  @OptionGroup var check: CheckOption
  @OptionGroup var output: OutputOptions

  func prepare() throws { try options.isolation.enterNamespace() }

  mutating func run() async throws {
    output.apply()
    if let context = dockerfile.context {
      guard project.group.isEmpty else {
        throw Failure(.usage, "--group and a build context are two different builds", hint: "leave one of them out")
      }
      if check.check { return try check.run(context, dockerfile, options, output) }
      let (name, digest) = try await dockerfile.build(context, options)
      return try output.print("\(name) \(digest)", ["name": name, "digest": "\(digest)"])
    }
    if check.check { return try check.run(project.project(), options, output) }
    let images = try GroupImages(project.project(), options)
    for group in images.project.groups {
      let digest = try await images.build(group).manifest.digest
      try output.print("\(group.name) \(digest)", ["group": group.name, "digest": "\(digest)"])
    }
  }
}

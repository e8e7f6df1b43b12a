import ArgumentParser
import Foundation
import Layers
import OCI
import Registries
import Rosters

/// `imagesmith push`: the local store to ECR.
struct PushCommand: InterruptibleCommand {
  static let configuration = CommandConfiguration(
    commandName: "push",
    abstract: "Push the groups' images to ECR, or to another registry.",
    discussion: """
      Prints a line for each image: HOST/REPOSITORY@sha256:DIGEST. What the registry has already is not sent again; a \
      missing repository is made in ECR. Plain HTTP is spoken to this machine only.

      Example:  imagesmith push --group pii
                imagesmith push --registry 127.0.0.1:5000
      """)

  @OptionGroup var project: ProjectOptions
  @OptionGroup var registry: RegistryOptions
  @OptionGroup var output: OutputOptions

  mutating func run() async throws {
    output.apply()
    let project = try project.project()
    let push = try await GroupPush(project, registry: registry.registry)
    for group in project.groups {
      let image = try await push.push(group)
      try output.print("\(image)", ["group": group.name, "image": "\(image)", "digest": "\(image.digest)"])
    }
  }
}

struct RegistryOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The registry instead of ECR.", valueName: "host[:port]"))
  var registry: String?
}

/// Pushes images of the project's local store.
struct GroupPush: Sendable {
  let project: Project
  let destination: Destination
  private let store: ImageLayout

  init(_ project: Project, registry: String?) async throws {
    self.project = project
    store = try ImageLayout(directory: project.store)
    destination = try await Destination(project, registry: registry)
  }

  /// The registry to which the groups' images, as they are in the store, were pushed last; nil when that is not one.
  static func lastRegistry(_ project: Project) throws -> String? {
    let store = try ImageLayout(directory: project.store)
    let registries = try project.groups.map { group in
      try store.resolve(group.name).flatMap { PushRecord(project, group: group.name).registry(of: $0.digest) }
    }
    guard let first = registries.first, registries.allSatisfy({ $0 == first }) else { return nil }
    return first
  }

  /// The group's image in the local store.
  ///
  /// - Throws: `Failure` when it has not been built.
  func image(of group: Group) throws -> Descriptor {
    guard let descriptor = try store.resolve(group.name) else { throw Failure.notBuilt(group) }
    return descriptor
  }

  func push(_ group: Group) async throws -> PushedImage {
    let descriptor = try image(of: group)
    let bytes = try store.blobs.read(descriptor.digest, limit: 4 << 20)
    let manifest = try CanonicalJSON.decode(Manifest.self, from: bytes)
    let blobs = ([manifest.config] + manifest.layers).map(\.digest)
    let reference = try destination.reference(of: group, in: project.roster, digest: descriptor.digest)
    try await destination.ensureRepository(reference.repository)
    let others = project.roster.groups.filter { $0.name != group.name }
      .compactMap { try? destination.reference(of: $0, in: project.roster, digest: descriptor.digest).repository }
    let files = Dictionary(blobs.map { ($0, store.blobs.path(of: $0)) }, uniquingKeysWith: { first, _ in first })
    let result = try await destination.client.push(
      PushImage(
        manifest: bytes, mediaType: descriptor.mediaType, files: files,
        mountFrom: others.filter { $0 != reference.repository }),
      to: reference
    ) { progress in
      guard progress.phase != .moving else { return }
      log.debug("\(reference.repository): \(progress.descriptor.digest.short) \(progress.phase)")
    }
    try PushRecord(project, group: group.name).keep(result.image)
    Console.standard.note("\(reference): \(Self.summary(of: result))")
    return result.image
  }

  private static func summary(of result: PushResult) -> String {
    if result.wasThere { return "nothing to push" }
    let parts = [("uploaded", result.uploaded), ("mounted", result.mounted), ("there already", result.existing)]
    return parts.filter { $0.1 > 0 }.map { "\(ByteCount.text($0.1)) \($0.0)" }.joined(separator: ", ")
  }
}

/// A number of bytes, for people.
enum ByteCount {
  static func text(_ bytes: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    guard unit > 0 else { return "\(bytes) B" }
    let tenths = Int((value * 10).rounded())
    return value >= 100 ? "\(Int(value.rounded())) \(units[unit])" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}

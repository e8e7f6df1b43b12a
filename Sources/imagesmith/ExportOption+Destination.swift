import Images
import OCI

extension ExportOption {
  /// What writes an image of those names: a layout has it under each of them, an archive of OCI's form under the first.
  func destinations(_ names: [String]) -> [any ImageDestination] {
    let output: ArchiveOutput = isStandardOutput ? .standardOutput : .file(destination)
    let given = name.map { [$0] } ?? names
    let tags = given.isEmpty ? [TagName.standard] : given
    return switch form {
    case .oci: tags.map { OCILayoutDestination(directory: destination, tag: $0) }
    case .ociArchive: [OCIArchiveDestination(output, tag: tags[0])]
    case .docker: [DockerArchiveDestination(output, names: given.compactMap(Reference.init))]
    case .local: [FolderDestination(destination)]
    case .tar: [RootfsArchiveDestination(output)]
    }
  }
}

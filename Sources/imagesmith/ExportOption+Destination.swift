import Images
import OCI

extension ExportOption {
  /// What writes an image of those names, the first of which counts where there can be one.
  func destination(_ names: [String]) throws -> any ImageDestination {
    let output: ArchiveOutput = isStandardOutput ? .standardOutput : .file(destination)
    let name = self.name ?? names.first ?? TagName.standard
    return switch form {
    case .oci: OCILayoutDestination(directory: destination, tag: name)
    case .ociArchive: OCIArchiveDestination(output, tag: name)
    case .docker: DockerArchiveDestination(output, names: (self.name.map { [$0] } ?? names).compactMap(Reference.init))
    case .local: FolderDestination(destination)
    case .tar: RootfsArchiveDestination(output)
    }
  }
}

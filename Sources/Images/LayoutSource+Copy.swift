import Glibc
import Native
import OCI
import Registries

extension LayoutSource: CopySource {
  package func manifest(_ wanted: Descriptor?) async throws -> Image.Document {
    try await BlockingPool.shared.run {
      try document(try wanted ?? entries().entry(tag, for: nil, name))
    }
  }

  package func send(
    _ blob: Descriptor, to writer: any Registries.BlobWriter, progress: ProgressReceiver?
  ) async throws {
    try await pump(blob, to: writer, progress: progress)
  }

  package func place(of blob: Descriptor) -> BlobPlace {
    let path = path(of: blob)
    // One that has to be brought is brought when it is read.
    return supply == nil || access(path, F_OK) == 0 ? .file(path) : .stream
  }

  package func referrers(of digest: Digest) async throws -> [Descriptor] {
    try await BlockingPool.shared.run { try entries().referrers(of: digest) { try document($0) } }
  }
}

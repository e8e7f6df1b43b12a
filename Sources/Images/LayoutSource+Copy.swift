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
    .file(path(of: blob))
  }

  package func referrers(of digest: Digest) async throws -> [Descriptor] {
    try await BlockingPool.shared.run { try entries().referrers(of: digest) { try document($0) } }
  }
}

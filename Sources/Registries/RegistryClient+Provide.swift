import OCI

extension RegistryClient {
  /// Sees to it that a repository has a blob: another repository lends it, or the file is uploaded.
  ///
  /// - Parameters:
  ///   - path: the file that holds the blob; nil when it is not on this machine.
  ///   - repository: its tag and digest do not count.
  ///   - sources: repositories of the same registry that may have the blob.
  /// - Returns: whether its bytes were sent.
  package func provide(
    _ descriptor: Descriptor, path: String?, to repository: Reference, mountFrom sources: [String]
  ) async throws -> Bool {
    let arrival = try await deliver(
      descriptor, path: path, to: repository, mountFrom: sources, progress: nil, until: deadline())
    return arrival == .uploaded
  }
}

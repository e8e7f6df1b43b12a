import Builds
import Caches
import Layers
import OCI
import Registries
import Rosters
import Synchronization

/// The roster's cache, of a build that pushes nothing. AWS is asked where it is only when a step is not in the cache of this
/// machine, or something new is to be left there.
final class RosterCache: RemoteCache, CacheTarget {
  private let project: Project
  private let settings: CacheSettings
  private let registry: String?
  private let finding = Mutex<Task<RegistryCache, any Error>?>(nil)
  private let foundName = Mutex<String?>(nil)

  /// - Parameter registry: the user's choice; nil is ECR.
  init(_ settings: CacheSettings, of project: Project, registry: String?) {
    self.project = project
    self.settings = settings
    self.registry = registry
  }

  /// As `--cache-from` would have it, as soon as it is known where it is.
  var name: String { foundName.withLock { $0 } ?? "of \(project.file)" }

  func content() async throws -> CacheContent? { try await cache().content() }

  func fetch(_ blob: Descriptor, into store: BlobStore) async throws { try await cache().fetch(blob, into: store) }

  func write(_ export: CacheExport) async throws -> CacheOutcome { try await cache().write(export) }

  /// - Throws: `CacheError` also where AWS cannot be asked.
  private func cache() async throws -> RegistryCache {
    let task = finding.withLock { task in
      if let task { return task }
      let new = Task { try await find() }
      task = new
      return new
    }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  private func find() async throws -> RegistryCache {
    do {
      let destination = try await Destination(project, registry: registry)
      try await destination.ensureRepositories([settings.repository])
      let cache = destination.cache(settings)
      foundName.withLock { $0 = cache.name }
      return cache
    } catch {
      try Task.checkCancellation()
      guard let failure = Failure(error) else { throw error }
      throw CacheError(
        code: failure.exitCode == .notAllowed ? .denied : .unreachable, message: failure.message ?? "",
        hint: failure.hint)
    }
  }
}

extension Destination {
  func cache(_ settings: CacheSettings) -> RegistryCache {
    RegistryCache(Reference(registry: host, repository: settings.repository, tag: settings.tag), client: client)
  }
}

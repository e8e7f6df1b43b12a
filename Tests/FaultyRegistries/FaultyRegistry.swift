import Native
import OCI
import Synchronization

/// A registry in this process, on a free port of loopback, that does what ECR, overloaded servers and bad networks do.
///
/// Blobs and manifests are kept in memory and checked as a real registry checks them; then the schedule's faults befall
/// the answers. It ends with its owner.
package final class FaultyRegistry: Sendable {
  private let service: RegistryService
  private let listeners: [Listener]

  /// `127.0.0.1:PORT`.
  package var host: String { service.host }

  /// - Parameter onTraffic: called, on any thread, at every moment at which something could be cut off: before and after
  ///   each request, and for each piece of a body. It gets the number of bytes that have come and gone so far.
  package init(
    _ manner: Manner = Manner(), _ schedule: FaultSchedule = FaultSchedule(),
    onTraffic: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws {
    let registry = try Listener()
    let elsewhere = try Listener()
    let service = RegistryService(
      manner, schedule, host: "127.0.0.1:\(registry.port)", elsewhere: "127.0.0.1:\(elsewhere.port)", onTraffic)
    self.service = service
    listeners = [registry, elsewhere]
    registry.start { service.serve($0, isElsewhere: false) }
    elsewhere.start { service.serve($0, isElsewhere: true) }
  }

  deinit { listeners.forEach { $0.stop() } }

  /// Of the user `AWS`, as ECR's API would hand it out now.
  package var password: String { service.password }

  /// From now on other faults happen; by default none.
  package func follow(_ schedule: FaultSchedule = FaultSchedule()) {
    service.schedule.withLock { $0 = schedule }
  }

  /// The requests so far, in the order in which their heads came.
  package var requests: [Request] { service.log.withLock { $0 } }

  package func count(_ kind: RequestKind) -> Int { requests.count { Route($0).kind == kind } }

  /// A blob, as the repository has it.
  package func blob(_ digest: Digest, in repository: String) -> [UInt8]? {
    service.store.withLock { $0.blobs[RegistryStore.Place(repository: repository, name: digest.description)] }
  }

  /// A manifest by tag or digest, as the repository has it.
  package func manifest(_ name: String, in repository: String) -> [UInt8]? {
    service.store.withLock { $0.manifests[RegistryStore.Place(repository: repository, name: name)]?.bytes }
  }

  /// Puts blobs and a manifest there, unchecked, whatever they are.
  package func keep(
    _ blobs: [[UInt8]], manifest: [UInt8], _ mediaType: String = MediaType.imageManifest.rawValue, as tag: String,
    in repository: String
  ) throws {
    let digests = try blobs.map { try RegistryStore.digest($0) }
    let digest = try RegistryStore.digest(manifest)
    service.store.withLock { store in
      for (digest, bytes) in zip(digests, blobs) {
        store.blobs[RegistryStore.Place(repository: repository, name: digest)] = bytes
      }
      for name in [tag, digest] {
        store.manifests[RegistryStore.Place(repository: repository, name: name)] = (mediaType, manifest)
      }
    }
  }
}

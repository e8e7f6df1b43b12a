import OCI

extension RegistryClient {
  /// The most bytes of one request's body; nil for any number.
  func chunkSize(of host: RegistryHost) -> Int? {
    limits.withLock { $0[host.name]?.chunk } ?? configuration.hosts[host.name]?.chunkSize
  }

  /// Remembers that a body was too long. Returns whether a shorter one is worth a try.
  ///
  /// - Parameters:
  ///   - refused: bytes of a chunk; nil for a whole blob.
  ///   - body: bytes that were sent.
  func lowerChunkSize(of host: RegistryHost, from refused: Int?, body: Int) -> Bool {
    guard let smaller = ChunkSize.smaller(than: refused, body: body) else { return false }
    limits.withLock { limits in
      let known = limits[host.name]?.chunk ?? .max
      limits[host.name, default: HostLimits()].chunk = min(known, smaller)
    }
    return true
  }

  /// Those of a registry, which all transfers of this client share.
  func slots(of repository: Reference) -> TransferSlots {
    limits.withLock { limits in
      if let slots = limits[repository.registry]?.slots { return slots }
      let slots = TransferSlots(configuration.concurrency)
      limits[repository.registry, default: HostLimits()].slots = slots
      return slots
    }
  }
}

/// What a registry has been found to take.
struct HostLimits: Sendable {
  /// Bytes of a request's body at most; nil for any number.
  var chunk: Int?
  var slots: TransferSlots?
}

import OCI

/// How far one blob of a push or pull has come.
package struct BlobProgress: Sendable, Equatable {
  package enum Phase: Sendable, Equatable {
    /// Its turn comes.
    case waiting
    /// The bytes are on their way.
    case moving
    /// The target has the blob now.
    case done
    /// The target had it before.
    case existing
    /// The registry took it over from another of its repositories.
    case mounted
    /// What was sent is lost; the blob starts again.
    case restarted
  }

  package var descriptor: Descriptor
  package var phase: Phase
  /// Bytes of this try that have been sent or received.
  package var bytes: Int

  /// Bytes in all.
  package var total: Int { descriptor.size }

  package init(descriptor: Descriptor, phase: Phase, bytes: Int) {
    self.descriptor = descriptor
    self.phase = phase
    self.bytes = bytes
  }
}

/// Called from any thread, several times a second for each blob.
package typealias ProgressReceiver = @Sendable (BlobProgress) -> Void

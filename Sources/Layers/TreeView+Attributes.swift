import Native

extension TreeView {
  /// The extended attributes that a layer keeps of what is at `hostPath`: those that say something about this host or its
  /// mounts are left out.
  package func attributes(ofHostPath hostPath: [UInt8]) throws(LayerError) -> [ExtendedAttribute] {
    try LayerError.translating { try ExtendedAttribute.all(of: .path(hostPath)) }
      .filter { !OverlayMarks.belongsToHost($0.name) }
  }
}

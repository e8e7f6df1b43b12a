import Layers
import Native
import OCI

@testable import Images

/// Images of layers that no builder makes.
enum HostileImage {
  /// - Parameter layers: for each, lines of Python that call `add(name, type, link, data)`.
  static func make(_ layers: [String], in folder: TestFolder) throws -> OutputImage {
    let store = try BlobStore(directory: folder("hostile"))
    let made = try layers.map { members in
      try folder.shell(
        """
        python3 - layer.tar <<'PYTHON'
        import io, sys, tarfile
        from tarfile import BLKTYPE, CHRTYPE, DIRTYPE, FIFOTYPE, LNKTYPE, REGTYPE, SYMTYPE, TarInfo
        archive = tarfile.open(sys.argv[1], "w", format=tarfile.PAX_FORMAT)
        def add(name, type=REGTYPE, link="", data=b"", mode=0o755, device=(0, 0)):
            member = TarInfo(name)
            member.type, member.linkname, member.size, member.mode = type, link, len(data), mode
            member.devmajor, member.devminor = device
            archive.addfile(member, io.BytesIO(data))
        \(members)
        archive.close()
        PYTHON
        """)
      var writer = try store.writer(mediaType: .layer)
      try writer.write(contentsOf: FileDescriptor.open(folder("layer.tar")))
      let blob = try writer.finish()
      return Layer(diffID: DiffID(blob.digest), descriptor: blob)
    }
    var config = ImageConfig(platform: .host)
    config.rootfs = RootFS(diffIDs: made.map(\.diffID))
    return OutputImage(config: config, layers: made, blobs: store)
  }
}

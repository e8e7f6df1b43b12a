import Glibc
import Native
import OCI

extension BaseCache {
  /// The layers of all images that builds have fetched from registries, whatever they were called: somebody else has
  /// published them. Those of bases that were made here are not among them.
  package func fetchedLayers() throws(NativeError) -> Set<DiffID> {
    let names: [[UInt8]]
    do throws(NativeError) {
      names = try FileDescriptor.open(directory, O_RDONLY | O_DIRECTORY).names()
    } catch {
      guard error.errno == ENOENT else { throw error }
      return []
    }
    return Set(
      names.flatMap { name -> [DiffID] in
        let path = "\(directory)/\(String(decoding: name, as: UTF8.self))"
        guard let bytes = try? FileDescriptor.open(path).readAll(limit: 1 << 20),
          let record = try? CanonicalJSON.decode(BaseRecord.self, from: bytes), record.digest != nil
        else { return [] }
        return record.layers.map(\.diffID)
      })
  }
}

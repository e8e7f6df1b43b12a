import Builds
import Layers
import Native
import OCI

@testable import Caches

/// The blobs of one machine, and what its builds know.
struct Machine {
  let blobs: BlobStore
  private(set) var content = CacheContent()

  init(_ folder: TestFolder, _ name: String) throws { blobs = try BlobStore(directory: folder(name)) }

  /// A layer of some bytes.
  func layer(_ text: String, size: Int = 200) throws -> Layer {
    let bytes = Array(String(repeating: text, count: size / text.utf8.count + 1).utf8)
    let blob = try blobs.put(bytes, mediaType: .zstdLayer)
    return Layer(diffID: DiffID(Digest(sha256: try SHA256.hash([0] + bytes))), descriptor: blob)
  }

  /// A step that has been done here. Its key is the hash of its name.
  @discardableResult mutating func does(_ step: String, making text: String? = nil) throws -> StepRecord {
    let record = StepRecord(layer: try layer(text ?? step), instruction: step)
    content.steps[try Self.key(step)] = record
    return record
  }

  /// A step without a layer.
  mutating func doesNothing(_ step: String) throws {
    content.steps[try Self.key(step)] = StepRecord(layer: nil, instruction: step)
  }

  mutating func stands(on name: String, _ text: String) throws {
    let layer = try layer(text)
    content.bases[try Self.key(name)] = BaseRecord(
      name: name, config: ImageConfig(platform: .host), layers: [layer], digest: nil)
    content.sights[layer.diffID.description] = LayerSights()
  }

  static func key(_ name: String) throws -> String { try SHA256.hash(Array(name.utf8)).hexadecimal }

  var export: CacheExport { CacheExport(content: content, blobs: blobs) }
}

extension CacheContent {
  /// What its steps are called, sorted.
  var names: [String] { steps.values.map(\.instruction).sorted() }
}

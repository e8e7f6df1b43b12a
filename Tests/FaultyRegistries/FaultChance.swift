/// Draws faults and manners from a seed.
struct FaultChance: Sendable {
  let seed: UInt64
  /// Of how many requests in a hundred something happens to one.
  private let rate: Int

  init(seed: UInt64) {
    self.seed = seed
    var generator = SplitMix64(seed: seed)
    rate = Self.one(of: [3, 10, 20, 35, 60], &generator)
  }

  func fault(_ kind: RequestKind, _ count: UInt64) -> Fault? {
    let index = UInt64(RequestKind.allCases.firstIndex(of: kind) ?? 0)
    var generator = SplitMix64(seed: seed &* 0x1_0001 &+ index &* 0x1_0000_0001 &+ count)
    guard Int.random(in: 0..<100, using: &generator) < rate else { return nil }
    return Self.draw(&generator)
  }

  private static func draw(_ generator: inout SplitMix64) -> Fault {
    let position = Int.random(in: 0...one(of: [10, 300, 6000], &generator), using: &generator)
    switch Int.random(in: 0..<24, using: &generator) {
    case 0: return .close
    case 1: return .closeAfterWork
    case 2: return .resetRequest(afterBytes: position)
    case 3, 4: return .reset(afterBytes: position)
    case 5, 6: return .cut(afterBytes: position)
    case 7: return .expire
    case 8: return .forgetUploads
    case 9: return .ignoreRange
    case 10: return .drip
    case 11: return .spoil(byte: position)
    case 12: return .length(off: Int.random(in: -50...50, using: &generator))
    case 13: return .lastAnswer
    case 14: return .garbage(garbage(&generator))
    case 15: return .body(garbage(&generator))
    case 16: return .header("Docker-Content-Digest", "sha256:" + String(repeating: "0", count: 64))
    case 17: return .header(one(of: ["Location", "Content-Type", "Docker-Content-Digest"], &generator), nil)
    case 18: return .redirectLoop
    case 19: return .withoutLength(bytes: position)
    case 20: return .chunked
    case 21: return .interim
    default: return refusal(&generator)
    }
  }

  private static func refusal(_ generator: inout SplitMix64) -> Fault {
    let status = one(of: [400, 404, 405, 408, 416, 429, 429, 500, 500, 502, 503, 503, 504], &generator)
    let bodies = [
      "", "slow down", "<html><head><title>503 Service Unavailable</title></head></html>",
      #"{"errors": [{"code": "BLOB_UPLOAD_INVALID", "message": "no"}]}"#, #"{"errors": [{"code": "TOOMANYREQUESTS"}]}"#,
      #"{"errors": 7}"#,
    ]
    let after = one(of: ["0", "3", "soon", "Fri, 31 Dec 1999 23:59:59 GMT"], &generator)
    let headers = Bool.random(using: &generator) ? ["Retry-After": after] : [:]
    return .status(status, headers: headers, body: one(of: bodies, &generator))
  }

  private static func garbage(_ generator: inout SplitMix64) -> [UInt8] {
    (0..<Int.random(in: 0...200, using: &generator)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }

  private static func one<Value>(of values: [Value], _ generator: inout SplitMix64) -> Value {
    values[Int.random(in: values.indices, using: &generator)]
  }
}

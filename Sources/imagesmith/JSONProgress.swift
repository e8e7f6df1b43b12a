import Builds

/// Shows a build as JSON, one object a line.
struct JSONProgress: ProgressDisplay {
  private let image: String

  init(image: String) { self.image = image }

  func show(_ event: BuildEvent) {
    var record: ProgressRecord
    switch event {
    case .began(let step):
      record = ProgressRecord(step, status: .started)
      record.instruction = step.text
    case .explained(let step, let isCached, let reason):
      record = ProgressRecord(step, status: .explained)
      record.cached = isCached
      record.message = reason
    case .output(let step, let bytes):
      record = ProgressRecord(step, status: .output)
      record.output = String(decoding: bytes, as: UTF8.self)
    case .ended(let step, let outcome, let seconds):
      record = ProgressRecord(step, status: outcome == .failed ? .failed : .done)
      record.cached = outcome == .cached
      record.seconds = (seconds * 1000).rounded() / 1000
    case .packed(let step, let bytes):
      record = ProgressRecord(step, status: .packed)
      record.bytes = bytes
    case .packing, .warning: return
    }
    record.image = image.isEmpty ? nil : image
    Console.standard.tell(record)
  }

  func finish() {}
}

/// One line of `--progress json`.
struct ProgressRecord: Encodable {
  enum Status: String, Encodable {
    /// A step begins.
    case started
    /// Why a step comes from the cache or does not: `--explain`.
    case explained
    /// A step goes on, and has written something.
    case output
    /// A step's layer is in the cache; for a RUN it may come after `done`.
    case packed
    /// A step has ended as it should.
    case done
    /// A step has ended, or was ended, by an error.
    case failed
    /// A blob of a push or pull moves, or has arrived.
    case transfer
    case note
    case warning
    /// The command ends with an error.
    case error
  }

  var status: Status
  /// The group or name, where several images are built.
  var image: String?
  /// The stage's name, or `stage-N`; absent for the only stage of a Dockerfile, when it has no name.
  var stage: String?
  /// From 1; the FROM is the first.
  var step: Int?
  /// How many steps the stage has.
  var total: Int?
  /// Of `started`.
  var instruction: String?
  /// Of `explained`, `done` and `failed`: whether the step came from the cache.
  var cached: Bool?
  /// Of `done` and `failed`.
  var seconds: Double?
  /// Of `packed`: the layer's size, compressed. Of `transfer`: what has moved.
  var bytes: Int?
  /// Of `transfer`: the blob's digest.
  var blob: String?
  /// Of `transfer`: moving, done, existing, mounted or restarted.
  var phase: String?
  /// Of `transfer`: bytes of the whole blob.
  var size: Int?
  /// Of `transfer`: bytes a second, lately.
  var rate: Int?
  /// Of `transfer`: seconds that are left.
  var left: Double?
  /// Of `output`: what a RUN wrote, as it came. Of `error`: the last lines of it.
  var output: String?
  /// Of `explained`, `note`, `warning` and `error`; of `transfer` what it belongs to.
  var message: String?
  /// Of `error`.
  var hint: String?
  /// Of `error`: what the process ends with.
  var exitCode: Int32?

  init(status: Status) { self.status = status }

  init(_ step: Step, status: Status) {
    self.status = status
    stage = step.stage
    self.step = step.number
    total = step.total
  }
}

import CLinux
import Glibc
import Synchronization

/// A program started in namespaces of its own, in a session of its own; or, where none may be made, confined without them.
///
/// It dies with the thread that started it, and so, in a process namespace of its own, does all that it started: a kill of
/// this program at any moment leaves no process and no mount.
package struct ChildProcess: Sendable {
  /// One `mount(2)` in the child's own mount namespace.
  package struct Mount: Sendable {
    package var source: String
    package var target: String
    package var type: String
    /// `MS_…` of mount(2).
    package var flags: UInt
    package var data: String?

    package init(source: String, target: String, type: String, flags: UInt = 0, data: String? = nil) {
      self.source = source
      self.target = target
      self.type = type
      self.flags = flags
      self.data = data
    }
  }

  /// How a process ended.
  package enum Status: Sendable, Equatable {
    case exited(Int32)
    case killed(signal: Int32)

    /// As a shell has it in `$?`.
    package var code: Int32 {
      switch self {
      case .exited(let code): code
      case .killed(let signal): 128 + signal
      }
    }
  }

  /// The path of the program.
  package var program: String
  /// The arguments, without the program's name.
  package var arguments: [String]
  /// `NAME=value`; nothing is inherited.
  package var environment: [String]
  package var directory: String
  /// Done in this order before the program starts; when there are any, the mount namespace is new.
  package var mounts: [Mount]
  /// Whether the program is the first process of a namespace of its own.
  package var isolatesProcesses: Bool
  /// What keeps the program from the machine where no namespace does: then `program` is looked for in its root.
  package var confinement: Confinement?
  /// Sent instead of SIGKILL when the waiting task is cancelled; the program is then waited for.
  package var cancellationSignal: Int32

  package init(
    _ program: String, _ arguments: [String], environment: [String], directory: String = "/", mounts: [Mount] = [],
    isolatesProcesses: Bool = false, confinement: Confinement? = nil, cancellationSignal: Int32 = SIGKILL
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.mounts = mounts
    self.isolatesProcesses = isolatesProcesses
    self.confinement = confinement
    // The guard of a confined program takes this as the wish to end it with all that it has started.
    self.cancellationSignal = confinement == nil ? cancellationSignal : SIGTERM
  }

  /// Starts the program and waits for its end; a cancelled task ends it.
  ///
  /// - Parameters:
  ///   - input: what the program reads, at most 64 KiB; nothing if not given. Only with `output`.
  ///   - output: takes what the program writes to its standard output and error, in the order of writing, on a thread of
  ///     the pool; nil lets it write where this program does, and read this program's input.
  /// - Throws: `NativeError` when it could not be started; `CancellationError` when the task was cancelled.
  package func run(
    pool: BlockingPool = .shared, input: [UInt8] = [], output: (@Sendable (UnsafeRawBufferPointer) -> Void)? = nil
  ) async throws -> Status {
    try Task.checkCancellation()
    let running = RunningProcess(cancellationSignal: cancellationSignal)
    let status = try await withTaskCancellationHandler {
      try await pool.run { try runHere(running, input, output) }
    } onCancel: {
      running.cancel()
    }
    try Task.checkCancellation()
    return status
  }

  /// On this thread, which must outlive the child.
  private func runHere(
    _ running: RunningProcess, _ input: [UInt8], _ output: (@Sendable (UnsafeRawBufferPointer) -> Void)?
  ) throws(NativeError) -> Status {
    guard let output else {
      try start(running, input: 0, output: 1, error: 2)
      return running.wait()
    }
    var ends: [Int32] = [-1, -1]
    guard imagesmith_pipe(&ends) == 0 else { throw NativeError(failed: "make a pipe") }
    defer { close(ends[0]) }
    do {
      defer { close(ends[1]) }
      let source = try Self.pipe(holding: input)
      try start(running, input: source.raw, output: ends[1], error: ends[1])
    }
    withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { buffer in
      while true {
        let count = read(ends[0], buffer.baseAddress, buffer.count)
        if count > 0 {
          output(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        } else if count == 0 || errno != EINTR {
          return
        }
      }
    }
    return running.wait()
  }

  /// The end of a pipe from which `bytes` are read, then its end. A pipe holds 64 KiB, so that nobody need write meanwhile.
  private static func pipe(holding bytes: [UInt8]) throws(NativeError) -> FileDescriptor {
    guard bytes.count <= 64 << 10 else { throw NativeError(operation: "make a pipe", reason: "the input is too long") }
    var ends: [Int32] = [-1, -1]
    guard imagesmith_pipe(&ends) == 0 else { throw NativeError(failed: "make a pipe") }
    let source = FileDescriptor(adopting: ends[0], name: "pipe")
    let sink = FileDescriptor(adopting: ends[1], name: "pipe")
    try sink.write(bytes)
    return source
  }

  private func start(_ running: RunningProcess, input: Int32, output: Int32, error: Int32) throws(NativeError) {
    var strings = CStrings()
    let mountTable = mounts.map { mount in
      imagesmith_mount(
        source: strings.add(mount.source), target: strings.add(mount.target), type: strings.add(mount.type),
        flags: mount.flags, data: mount.data.map { UnsafePointer(strings.add($0)) })
    }
    let argumentTable = ([program] + arguments).map { Optional(strings.add($0)) } + [nil]
    let environmentTable = environment.map { Optional(strings.add($0)) } + [nil]
    var failure = imagesmith_spawn_failure()
    let candidates =
      (confinement?.candidates(for: program, environment) ?? []).map { Optional(strings.add($0)) } + [nil]
    let root = confinement.map { strings.add($0.root) }
    let start = confinement.map { strings.add($0.directory) }
    let pid = argumentTable.withUnsafeBufferPointer { arguments in
      environmentTable.withUnsafeBufferPointer { environment in
        mountTable.withUnsafeBufferPointer { mounts in
          withConfinement(root, start, candidates) { confinement in
            var spawn = imagesmith_spawn(
              path: strings.add(program), arguments: arguments.baseAddress, environment: environment.baseAddress,
              directory: strings.add(directory), input: input, output: output, error: error,
              own_mounts: !self.mounts.isEmpty, own_processes: isolatesProcesses, confinement: confinement,
              mounts: mounts.baseAddress, mount_count: mounts.count)
            return imagesmith_spawn(&spawn, &failure)
          }
        }
      }
    }
    guard pid > 0 else { throw explain(failure) }
    running.started(pid)
  }

  private func explain(_ failure: imagesmith_spawn_failure) -> NativeError {
    let what =
      switch failure.step {
      case IMAGESMITH_SPAWN_CLONE: "make new namespaces"
      case IMAGESMITH_SPAWN_DIRECTORY: "enter \(directory)"
      case IMAGESMITH_SPAWN_PRIVATE: "make the mounts private"
      case IMAGESMITH_SPAWN_MOUNT: "mount \(mounts[failure.index].type) on \(mounts[failure.index].target)"
      case IMAGESMITH_SPAWN_ROOT: "make \(confinement?.root ?? "/") the root"
      case IMAGESMITH_SPAWN_START: "enter \(confinement?.directory ?? "/")"
      case IMAGESMITH_SPAWN_CAPABILITIES: "drop capabilities"
      case IMAGESMITH_SPAWN_LIMIT: "set the limit number \(failure.index + 1)"
      case IMAGESMITH_SPAWN_OWNER: "become user \(confinement?.uid ?? 0)"
      case IMAGESMITH_SPAWN_EXEC: "start \(program)"
      default: "prepare \(program)"
      }
    return NativeError(operation: what, reason: String(cString: strerror(failure.error)), errno: failure.error)
  }
}

/// A started child, from the two sides that meet in it: the thread that waits, and whoever cancels.
private final class RunningProcess: Sendable {
  private enum State {
    case notStarted
    case running(pid_t)
    case ended
    case cancelled
  }

  private let state = Mutex(State.notStarted)
  private let cancellationSignal: Int32

  init(cancellationSignal: Int32) { self.cancellationSignal = cancellationSignal }

  func started(_ pid: pid_t) {
    let wasCancelled = state.withLock { state in
      if case .cancelled = state {
        state = .running(pid)
        return true
      }
      state = .running(pid)
      return false
    }
    if wasCancelled { cancel() }
  }

  func cancel() {
    state.withLock { state in
      switch state {
      case .notStarted: state = .cancelled
      case .running(let pid): kill(pid, cancellationSignal)
      case .ended, .cancelled: break
      }
    }
  }

  /// Waits for the end, and gives the process id back only under the lock, so that `cancel` never meets a stranger's.
  func wait() -> ChildProcess.Status {
    guard case .running(let pid) = state.withLock({ $0 }) else { return .exited(127) }
    var information = siginfo_t()
    while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
    return state.withLock { state in
      state = .ended
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
      let signal = status & 0x7f
      return signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
    }
  }
}

/// C copies of strings, freed together.
private struct CStrings: ~Copyable {
  private var pointers: [UnsafeMutablePointer<CChar>] = []

  mutating func add(_ text: String) -> UnsafeMutablePointer<CChar> {
    let bytes = text.utf8CString
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    copy.initialize(from: Array(bytes), count: bytes.count)
    pointers.append(copy)
    return copy
  }

  deinit {
    for pointer in pointers { pointer.deallocate() }
  }
}

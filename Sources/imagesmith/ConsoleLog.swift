import Logging

/// Shows log events on the console: warnings and errors always, what is finer with `--verbose`.
struct ConsoleLog: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level = .debug

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    switch event.level {
    case .trace, .debug: Console.standard.detail(event.message.description)
    case .info, .notice: Console.standard.note(event.message.description)
    case .warning, .error, .critical: Console.standard.warn(event.message.description)
    }
  }
}

/// What commands log to.
let log = Logger(label: "imagesmith") { _ in ConsoleLog() }

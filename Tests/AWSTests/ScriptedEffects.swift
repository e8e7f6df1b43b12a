import Native
import Synchronization

@testable import AWS

/// Effects that answer from a script and remember what they were asked.
final class ScriptedEffects: Sendable {
  enum Answer: Sendable {
    case response(HTTPResponse)
    case failure(HTTPError.Code)
  }

  private struct State {
    var answers: [Answer]
    var requests: [HTTPRequest] = []
    var waits: [Duration] = []
    var now: Timestamp
  }

  private let state: Mutex<State>
  private let files: [String: String]

  init(_ answers: [Answer] = [], files: [String: String] = [:], now: Timestamp = Timestamp(seconds: 1_795_000_000)) {
    state = Mutex(State(answers: answers, now: now))
    self.files = files
  }

  var requests: [HTTPRequest] { state.withLock { $0.requests } }
  var waits: [Duration] { state.withLock { $0.waits } }

  func setTime(_ now: Timestamp) { state.withLock { $0.now = now } }

  var effects: Effects {
    Effects(
      send: { request in
        let answer: Answer? = self.state.withLock { state in
          state.requests.append(request)
          return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        switch answer {
        case .response(let response): return response
        case .failure(let code): throw HTTPError(code: code, url: request.url, reason: "as scripted")
        case nil: throw HTTPError(code: .connect, url: request.url, reason: "the script is at its end")
        }
      },
      readFile: { self.files[$0] },
      runProcess: { command in try await Effects.system(variables: [:], caBundle: nil).runProcess(command) },
      now: { self.state.withLock { $0.now } },
      sleep: { wait in self.state.withLock { $0.waits.append(wait) } },
      random: { 0.5 })
  }
}

extension ScriptedEffects.Answer {
  static func json(_ status: Int, _ text: String, headers: HTTPHeaders = [:]) -> Self {
    .response(HTTPResponse(status: status, headers: headers, body: Array(text.utf8)))
  }
}

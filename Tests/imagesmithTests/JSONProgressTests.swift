import Builds
import Foundation
import Testing

@testable import imagesmith

struct ProgressRecordTests {
  private func text(_ record: ProgressRecord) throws -> String {
    String(decoding: try JSONEncoder.sorted.encode(record), as: UTF8.self)
  }

  @Test("a line has the fields that the help names, and none that say nothing")
  func fields() throws {
    let step = Step(stage: "web", number: 2, total: 5, text: "RUN make")
    var record = ProgressRecord(step, status: .output)
    record.output = "a\nb/\"c\""
    #expect(try text(record) == #"{"output":"a\nb/\"c\"","stage":"web","status":"output","step":2,"total":5}"#)
    #expect(try text(ProgressRecord(status: .note)) == #"{"status":"note"}"#)
  }
}

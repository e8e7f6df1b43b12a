import Testing

@testable import AWS

struct TimestampTests {
  @Test(
    "known moments, both ways",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_709_251_199, "2024-02-29T23:59:59Z"),
      (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
      (-1, "1969-12-31T23:59:59Z"), (1_795_269_000, "2026-11-21T13:50:00Z"),
    ])
  func both(seconds: Int, text: String) {
    #expect(Timestamp(seconds: seconds).description == text)
    #expect(Timestamp(iso: text)?.seconds == seconds)
  }

  @Test("fractions and offsets, and the form of HTTP")
  func forms() {
    let moment = Timestamp(seconds: 1_795_269_000)
    #expect(Timestamp(iso: "2026-11-21T13:50:00.123456Z") == moment)
    #expect(Timestamp(iso: "2026-11-21T14:50:00+01:00") == moment)
    #expect(Timestamp(iso: "2026-11-21T08:50:00-0500") == moment)
    #expect(Timestamp(http: "Sat, 21 Nov 2026 13:50:00 GMT") == moment)
    #expect(moment.basic == "20261121T135000Z" && moment.date == "20261121")
  }

  @Test(
    "nonsense is no time",
    arguments: ["", "T", "2026", "2026-13-01T00:00:00Z", "2026-11-21T25:00:00Z", "2026-11-21", "x-y-zT1:2:3Z"])
  func nonsense(text: String) {
    #expect(Timestamp(iso: text) == nil)
    #expect(Timestamp(http: text) == nil)
  }
}

import Testing

@testable import Native

@Suite("Dates of HTTP")
struct HTTPDateTests {
  @Test(
    "all three forms",
    arguments: [
      "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
  func forms(text: String) {
    #expect(HTTPDate.seconds(text) == 784_111_777)
  }

  @Test(
    "a year of two digits; a leap day",
    arguments: [
      ("Saturday, 21-Nov-26 13:50:00 GMT", 1_795_269_000), ("Thu, 29 Feb 2024 23:59:60 GMT", 1_709_251_200),
    ])
  func years(text: String, seconds: Int) {
    #expect(HTTPDate.seconds(text) == seconds)
  }

  @Test(
    "what is no date is none",
    arguments: [
      "", "7", "tomorrow", "Sun, 06 Now 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
      "Sun, 32 Nov 1994 08:49:37 GMT",
      "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 19940 08:49:37 GMT",
      "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 ::: GMT", "Sun, 06 Nov 1994 08:49:99999999999999999999 GMT",
    ])
  func others(text: String) {
    #expect(HTTPDate.seconds(text) == nil)
  }
}

import Builds
import Testing

@testable import imagesmith

struct LiveAreaTests {
  @Test("lines are drawn anew in their place, and what is written goes above them")
  func drawing() {
    var screen = Screen(columns: 20)
    var area = LiveArea()
    screen.write(area.draw(lines: [ScreenLine("one"), ScreenLine("two")], columns: 20, isColoured: true))
    screen.write(area.draw(above: "log\n", columns: 20, isColoured: true))
    #expect(screen.rows == ["log", "one", "two", ""])
    screen.write(area.draw(above: "more\n", lines: [ScreenLine("three", .red)], columns: 20, isColoured: true))
    #expect(screen.rows == ["log", "more", "three", ""])
    #expect(screen.isCursorAtRest)
    screen.write(area.draw(lines: [], columns: 20, isColoured: true))
    #expect(screen.rows == ["log", "more", ""])
    #expect(screen.isCursorAtRest)
  }

  @Test("without live lines text is written as it is")
  func plain() {
    var area = LiveArea()
    #expect(area.draw(above: "text\n", columns: 80, isColoured: true) == "text\n")
    #expect(area.draw(lines: [], columns: 80, isColoured: true) == "")
  }

  @Test("a terminal that becomes narrower or wider keeps nothing of the old lines", arguments: [10, 15, 29, 31, 80])
  func resizing(columns: Int) {
    var screen = Screen(columns: 30)
    var area = LiveArea()
    let lines = [ScreenLine("a line that fills the terminal as it is", right: "1.0s"), ScreenLine("short")]
    screen.write(area.draw(above: "log\n", lines: lines, columns: 30, isColoured: false))
    screen.resize(columns: columns)
    screen.write(area.draw(lines: [ScreenLine("new")], columns: columns, isColoured: false))
    #expect(screen.rows == ["log", "new", ""])
  }

  @Test("a line is cut to the terminal's columns, wide characters and all", arguments: 4...40)
  func clipping(columns: Int) {
    let line = ScreenLine("日本語のステップ RUN echo 🎉 emoji and text that is long", right: "12.3s")
    let text = line.text(columns: columns, isColoured: false)
    #expect(TerminalText.width(of: text) < columns)
    if columns > 20 { #expect(text.hasSuffix(" 12.3s")) }
  }

  @Test("the field at the right is at the right")
  func alignment() {
    #expect(ScreenLine("RUN make", right: "0.3s").text(columns: 21, isColoured: false) == "RUN make        0.3s")
    #expect(ScreenLine("x", .red).text(columns: 9, isColoured: true) == "\u{1B}[31mx\u{1B}[0m")
  }
}

struct TerminalTextTests {
  @Test(
    "what a program writes, as it looks at the end",
    arguments: [
      ("plain", "plain"), ("\u{1B}[1;31mred\u{1B}[0m", "red"), ("10%\r50%\r100%", "100%"), ("done\r", "done"),
      ("a\tb", "a       b"), ("ab\u{8}c", "ac"), ("\u{1B}]0;title\u{7}text", "text"),
      ("\u{1B}]8;;http://x\u{1B}\\link", "link"), ("bell\u{7}", "bell"), ("cut \u{1B}[3", "cut "), ("\u{1B}(Bx", "x"),
    ])
  func plain(written: String, seen: String) {
    #expect(TerminalText.plain(written.utf8) == seen)
  }

  @Test("columns", arguments: [("abc", 3), ("日本", 4), ("e\u{301}", 1), ("🎉", 2), ("ｶﾅ", 2), ("한글", 4), ("…", 1)])
  func widths(text: String, columns: Int) {
    #expect(TerminalText.width(of: text) == columns)
  }

  @Test("bytes that are no UTF-8 do no harm")
  func binary() {
    var lines = OutputLines(limit: 3)
    lines.append((0...255).map { UInt8($0) })
    lines.append([UInt8](repeating: 0x9B, count: 100_000))
    for line in lines.last(3) { #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control }) }
  }

  @Test("the last lines, however they come in pieces")
  func pieces() {
    var lines = OutputLines(limit: 2)
    for byte in "one\ntwo\n\n  \nthree\nfo".utf8 { lines.append([byte]) }
    #expect(lines.last(2) == ["three", "fo"])
    lines.append("ur\n".utf8)
    #expect(lines.last(2) == ["three", "four"])
    #expect(lines.last(0) == [])
  }
}

import Builds
import Testing

@testable import imagesmith

struct ProgressBoardTests {
  private func step(_ number: Int, of total: Int = 4, stage: String? = nil, _ text: String) -> Step {
    Step(stage: stage, number: number, total: total, text: text)
  }

  private func texts(_ lines: [ScreenLine]) -> [String] {
    lines.map { $0.right.isEmpty ? $0.left : "\($0.left) \($0.right)" }
  }

  @Test("running steps of several stages, each with its time and its last lines; those that have ended scroll away")
  func stages() {
    var board = ProgressBoard(image: "", at: 0)
    let (make, copy) = (step(2, stage: "builder", "RUN make \\\n   all"), step(1, of: 3, stage: "web", "COPY . ."))
    #expect(board.take(.began(step: make), at: 1).isEmpty)
    #expect(board.take(.began(step: copy), at: 2).isEmpty)
    _ = board.take(.output(step: make, bytes: Array("cc a.c\ncc b.c\n".utf8)), at: 2)
    #expect(
      texts(board.lines(at: 4.5, rows: 24)) == [
        "[+] Building 4.5s (0/7)", " => [builder 2/4] RUN make \\ all 3.5s", " => => # cc a.c", " => => # cc b.c",
        " => [web 1/3] COPY . . 2.5s",
      ])
    let done = board.take(.ended(step: make, outcome: .done, seconds: 4), at: 5)
    #expect(texts(done) == [" => [builder 2/4] RUN make \\ all 4.0s"])
    #expect(texts(board.lines(at: 5, rows: 24)) == ["[+] Building 5.0s (1/7)", " => [web 1/3] COPY . . 3.0s"])
  }

  @Test("how a step ended")
  func outcomes() {
    var board = ProgressBoard(image: "pii", at: 0)
    func end(_ outcome: BuildEvent.Outcome) -> [ScreenLine] {
      let one = step(1, "RUN x")
      _ = board.take(.began(step: one), at: 0)
      return board.take(.ended(step: one, outcome: outcome, seconds: 0.04), at: 0)
    }
    #expect(texts(end(.cached)) == [" => CACHED [1/4] RUN x 0.0s"])
    #expect(texts(end(.failed)) == [" => FAILED [1/4] RUN x 0.0s"])
    #expect(end(.configured).isEmpty)
    #expect(texts(board.lines(at: 1, rows: 9)) == ["[+] Building pii 1.0s (1/4)"])
  }

  @Test("layers: with their step where it goes on, else while they are written, and then their size")
  func layers() {
    var board = ProgressBoard(image: "", at: 0)
    let (copy, run) = (step(2, "COPY . ."), step(3, "RUN make"))
    _ = board.take(.began(step: copy), at: 0)
    #expect(board.take(.packed(step: copy, bytes: 2_000_000), at: 1).isEmpty)
    #expect(
      texts(board.take(.ended(step: copy, outcome: .done, seconds: 1), at: 1)) == [
        " => [2/4] COPY . . 2.0 MB  1.0s"
      ])
    _ = board.take(.began(step: run), at: 1)
    _ = board.take(.packing(step: run), at: 2)
    #expect(texts(board.take(.ended(step: run, outcome: .done, seconds: 1), at: 2)) == [" => [3/4] RUN make 1.0s"])
    #expect(texts(board.lines(at: 2.5, rows: 9)).last == " => => writing the layer of [3/4] 0.5s")
    #expect(board.lines(at: 2.5, rows: 2).count == 1)
    #expect(texts(board.take(.packed(step: run, bytes: 700), at: 3)) == [" => => layer of [3/4] 700 B"])
    #expect(texts(board.lines(at: 3, rows: 9)) == ["[+] Building 3.0s (2/4)"])
  }

  @Test("a terminal with few rows shows what fits, and a row stays for the cursor", arguments: 2...12)
  func fewRows(rows: Int) {
    var board = ProgressBoard(image: "", at: 0)
    for number in 1...5 {
      let one = step(number, stage: "s\(number)", "RUN x")
      _ = board.take(.began(step: one), at: 0)
      _ = board.take(.output(step: one, bytes: Array("a\nb\nc\nd\n".utf8)), at: 0)
    }
    let lines = texts(board.lines(at: 0, rows: rows))
    #expect(lines.count < max(rows, 3))
    if rows < 7 {
      #expect(lines.last?.contains("more") == true)
    } else {
      #expect(lines.last?.contains("more") == false)
    }
  }
}

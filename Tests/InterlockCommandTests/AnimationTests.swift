import InterlockPrograms
import Testing

@testable import InterlockCommand

@Suite struct `An animation` {
  @Test func `begins where the cursor is`() {
    #expect(Animation.frame(["a", "b"], over: 0) == "\u{1B}[?25l\ra\u{1B}[K\nb\u{1B}[K\n\u{1B}[J")
  }

  @Test func `goes on where it began`() {
    #expect(Animation.frame(["c"], over: 2) == "\u{1B}[?25l\u{1B}[2A\rc\u{1B}[K\n\u{1B}[J")
  }
}

@Suite struct `A canvas` {
  @Test func `leaves out what does not fit, and spaces at the ends`() {
    var canvas = Canvas(width: 4, height: 2)
    canvas.write("abcdef", at: Canvas.Cell(column: 1, row: 0))
    canvas.put("x", at: Canvas.Cell(column: 0, row: 2))
    canvas.put("y", at: Canvas.Cell(column: -1, row: 0))
    #expect(canvas.lines(hasColours: false) == [" abc", ""])
  }

  @Test func `changes the style where it changes, and not more often`() {
    var canvas = Canvas(width: 6, height: 1)
    canvas.write("ab", at: Canvas.Cell(column: 1, row: 0), Canvas.Style(colour: 31))
    canvas.write("c", at: Canvas.Cell(column: 3, row: 0), Canvas.Style(isBold: true))
    #expect(
      canvas.lines(hasColours: true) == [" \u{1B}[0;31mab\u{1B}[0;1mc\u{1B}[0m"]
    )
  }
}

@Suite struct `A drawn circle` {
  private func lines(_ count: Int) -> [String] {
    let links = (0..<count).map { place in
      WaitingCircle.Link(
        thread: "t\(place)",
        waitsFor: "l\((place + 1) % count)",
        heldBy: "t\((place + 1) % count)"
      )
    }
    return CircleDrawing(circle: WaitingCircle(links: links) { "" }).lines
  }

  @Test func `leads from each thread to the next, and back to the first`() {
    #expect(
      lines(3) == [
        "┌─▶ t0 holds l0 and waits for l1", "│       ▼", "│   t1 holds l1 and waits for l2",
        "│       ▼", "└── t2 holds l2 and waits for l0",
      ]
    )
  }

  @Test func `shows of many threads the first and the last ones`() {
    let lines = lines(64).filter { !$0.contains("▼") }
    #expect(lines.count == 11)
    #expect(lines[4] == "│   t4 holds l4 and waits for l5")
    #expect(lines[5] == "│   … and 54 others")
    #expect(lines[6] == "│   t59 holds l59 and waits for l60")
    #expect(lines[10] == "└── t63 holds l63 and waits for l0")
  }
}

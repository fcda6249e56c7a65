import InterlockPrograms
import Testing

@testable import InterlockCommand

@Suite struct `The drawing of the railway` {
  private typealias Happening = (train: Int, position: Int, action: TrainEvent.Action)

  private func lines(
    _ mode: Trains.Mode,
    after happenings: [Happening],
    size: RailwayDrawing.Size = .small,
    hasColours: Bool = false
  ) -> [String] {
    var state = RailwayState(Railway())
    for (train, position, action) in happenings {
      state.apply(TrainEvent(train: train, position: position, action: action))
    }
    return RailwayDrawing(state: state, mode: mode, size: size).canvas.lines(hasColours: hasColours)
  }

  private static let deadlock: [Happening] = (1...4).flatMap { train -> [Happening] in
    [
      (train, 120, .reserve(crossing: train)),
      (train, 170, .ask(crossing: train % 4 + 1)),
    ]
  }

  @Test func `shows a deadlock`() {
    let expected = """
                      ║      ║                   deadlocking
                      ║      ║
                      ║      ║                   train 1 > at 170
                      ║      ║                   has c1, wants c2
                      ║      ║
                      ║      ║                   train 2 v at 170
                      ║      2                   has c2, wants c3
                      ║      2
      ═════════════111111111>2════════════════   train 3 < at 170
                      ^c1  c22                   has c3, wants c4
                      4c4  c3v
      ════════════════4<333333333═════════════   train 4 ^ at 170
                      4      ║                   has c4, wants c1
                      4      ║
                      ║      ║
                      ║      ║
                      ║      ║
                      ║      ║
                      ║      ║
                      ║      ║
      """
    #expect(lines(.deadlocking, after: Self.deadlock).joined(separator: "\n") == expected)
  }

  @Test func `shows a train that has the way before it, in a large size`() {
    let happenings: [Happening] = [
      (1, 120, .reserve(crossing: 1)), (1, 120, .reserve(crossing: 2)), (2, 60, .move),
      (3, 300, .arrive), (4, 120, .ask(crossing: 4)),
    ]
    let lines = lines(.arbitrated, after: happenings, size: .large)
    #expect(lines.count == 30)
    let upper = "══════════1111111111111>═#═════════#════════════════════════"
    #expect(lines[12].hasPrefix(upper))
    let lower = "<3333333333333═══════════╬═════════╬════════════════════════"
    #expect(lines[17].hasPrefix(lower))
    #expect(lines[2].hasSuffix("   train 1 > at 120"))
    #expect(lines[3].hasSuffix("   has c1, c2"))
    #expect(lines[9].hasSuffix("   has arrived"))
    #expect(lines[12].hasSuffix("   wants c4"))
  }

  @Test func `shows the same with colours, and the usual colour at every end of a line`() {
    let plain = lines(.deadlocking, after: Self.deadlock)
    let coloured = lines(.deadlocking, after: Self.deadlock, hasColours: true)
    let colours = #/\u{1B}\[[0-9;]*m/#
    #expect(coloured.map { $0.replacing(colours, with: "") } == plain)
    #expect(coloured[8].hasPrefix("═════════════\u{1B}[0;7;31m111111111>\u{1B}[0;7;34m2\u{1B}[0m═"))
    for line in coloured {
      #expect(line.matches(of: colours).last.map { $0.output == "\u{1B}[0m" } ?? true)
    }
  }

  @Test(arguments: [
    (80, 24, 40), (80, 30, 40), (80, 31, 60), (200, 100, 60), (79, 50, 40), (60, 21, 40),
    (59, 50, nil), (80, 20, nil),
  ])
  func `is as large as there is room`(width: Int, height: Int, columns: Int?) {
    #expect(RailwayDrawing.Size(width: width, height: height)?.columns == columns)
  }

  @Test func `never is wider than it says`() {
    for size in [RailwayDrawing.Size.small, .large] {
      let lines = lines(.deadlocking, after: Self.deadlock, size: size)
      #expect(lines.allSatisfy { $0.count <= size.width })
      #expect(lines.count == size.height)
    }
  }
}

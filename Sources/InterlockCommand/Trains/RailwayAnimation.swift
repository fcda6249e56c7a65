import Interlock
import InterlockPrograms

/// The trains on a terminal, drawn again and again in the same place.
enum RailwayAnimation {
  private static let interval = Duration.milliseconds(33)

  /// Lets the trains run, and shows them.
  static func show(
    _ trains: Trains,
    _ mode: Trains.Mode,
    size: RailwayDrawing.Size
  ) throws -> Trains.Report {
    let terminal = Terminal.standardOutput
    let hasColours = terminal.hasColours
    return try Animation.show(on: terminal) { animation in
      var state = RailwayState(trains.railway)
      func draw() throws(Failure) {
        let drawing = RailwayDrawing(state: state, mode: mode, size: size)
        try animation.show(drawing.canvas.lines(hasColours: hasColours))
      }
      var next = Deadline.now
      let report = try trains.run(mode) { event in
        state.apply(event)
        guard Deadline.now >= next else { return }
        next = .now + interval
        try draw()
      }
      try draw()
      return report
    }
  }
}

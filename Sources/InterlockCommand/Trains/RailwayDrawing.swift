import InterlockPrograms

/// The railway of the lesson, with its trains, as lines of text.
///
/// A train is a row of its number with an arrow at the front, so that it is known without colours too.
/// Crossings are `╬` while they are free, and `#` while they belong to a train that is not on them.
struct RailwayDrawing {
  let state: RailwayState
  /// The program's variant, for the heading.
  let mode: Trains.Mode
  let size: Size

  /// The lines of the drawing.
  var canvas: Canvas {
    var canvas = Canvas(width: size.width, height: size.height)
    drawTracks(on: &canvas)
    for train in railway.numbers { drawTrain(train, on: &canvas) }
    drawCrossings(on: &canvas)
    drawNames(on: &canvas)
    describeTrains(on: &canvas)
    return canvas
  }

  private var railway: Railway { state.railway }

  /// How trains 1 to 4 look; numbers of colours that can be read on light and on dark.
  private static let styles = [31, 34, 32, 35].map { Canvas.Style(colour: $0) }
  private static let arrows: [Character] = [">", "v", "<", "^"]

  private func style(_ train: Int) -> Canvas.Style { Self.styles[train - 1] }
}

// The tracks.
extension RailwayDrawing {
  // Where the tracks are, from the left and from the top: in the middle of the crossings.
  private var near: Int { railway.firstCrossing + railway.crossingLength / 2 }
  private var far: Int { railway.secondCrossing + railway.crossingLength / 2 }

  /// The cell for a place on a track, counted in units from where the track begins.
  private func cell(_ place: Int, onTrack track: Int) -> Canvas.Cell {
    let back = railway.trackLength - 1 - place
    return switch track {
    case 1: cell(x: place, y: near)
    case 2: cell(x: far, y: place)
    case 3: cell(x: back, y: far)
    default: cell(x: near, y: back)
    }
  }

  private func cell(x: Int, y: Int) -> Canvas.Cell {
    Canvas.Cell(
      column: x * size.columns / railway.trackLength,
      row: y * size.rows / railway.trackLength
    )
  }

  private func cell(ofCrossing crossing: Int) -> Canvas.Cell {
    switch crossing {
    case 1: cell(x: near, y: near)
    case 2: cell(x: far, y: near)
    case 3: cell(x: far, y: far)
    default: cell(x: near, y: far)
    }
  }

  private func drawTracks(on canvas: inout Canvas) {
    for track in railway.numbers {
      for place in 0..<railway.trackLength {
        canvas.put(track.isMultiple(of: 2) ? "║" : "═", at: cell(place, onTrack: track))
      }
    }
  }

  private func drawCrossings(on canvas: inout Canvas) {
    for crossing in railway.numbers {
      let cell = cell(ofCrossing: crossing)
      guard let owner = state.owner(ofCrossing: crossing) else {
        canvas.put("╬", at: cell)
        continue
      }
      let isCovered = cells(ofTrain: owner).contains(cell)
      if !isCovered { canvas.put("#", at: cell, style(owner).reversed) }
    }
  }

  /// The names of the crossings, inside the box that they form.
  private func drawNames(on canvas: inout Canvas) {
    let corners = (1...4).map { cell(ofCrossing: $0) }
    let left = corners[0].column + 1
    let right = corners[1].column - 2
    let (top, bottom) = (corners[0].row + 1, corners[2].row - 1)
    for (name, column, row) in [
      ("c1", left, top), ("c2", right, top), ("c3", right, bottom), ("c4", left, bottom),
    ] {
      canvas.write(name, at: Canvas.Cell(column: column, row: row))
    }
  }
}

// The trains.
extension RailwayDrawing {
  /// The cells that a train covers, its front last.
  private func cells(ofTrain train: Int) -> [Canvas.Cell] {
    let front = state.train(train).position
    let visible = max(front - railway.trainLength, 0)..<min(front, railway.trackLength)
    return visible.map { cell($0, onTrack: train) }
  }

  private func drawTrain(_ train: Int, on canvas: inout Canvas) {
    // Next to a crossing a train may share a cell with it; the crossing is shown.
    let foreign = railway.numbers.filter { state.owner(ofCrossing: $0) != train }
      .map { cell(ofCrossing: $0) }
    let cells = cells(ofTrain: train).filter { !foreign.contains($0) }
    for cell in cells {
      let isFront = cell == cells.last
      let character = isFront ? Self.arrows[train - 1] : Character("\(train)")
      canvas.put(character, at: cell, style(train).reversed)
    }
  }

  private func describeTrains(on canvas: inout Canvas) {
    let column = size.columns + Size.gap
    canvas.write(mode.rawValue, at: Canvas.Cell(column: column, row: 0), Canvas.Style(isBold: true))
    for train in railway.numbers {
      let row = train * Self.linesPerTrain - 1
      let position = state.train(train).position
      canvas.write(
        "train \(train) \(Self.arrows[train - 1]) at \(position)",
        at: Canvas.Cell(column: column, row: row),
        style(train)
      )
      canvas.write(description(of: train), at: Canvas.Cell(column: column, row: row + 1))
    }
  }

  private static let linesPerTrain = 3

  /// What a train has and wants, in few words.
  private func description(of train: Int) -> String {
    if state.train(train).hasArrived { return "has arrived" }
    let owned = railway.numbers.filter { state.owner(ofCrossing: $0) == train }
    var parts: [String] = []
    if !owned.isEmpty { parts.append("has " + owned.map { "c\($0)" }.joined(separator: ", ")) }
    if let wanted = state.train(train).wanted { parts.append("wants c\(wanted)") }
    return parts.joined(separator: ", ")
  }
}

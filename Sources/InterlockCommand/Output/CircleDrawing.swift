import InterlockPrograms

/// A circle of waiting threads, a line each, with an arrow that leads back to the first.
struct CircleDrawing {
  let circle: WaitingCircle

  /// The lines.
  var lines: [String] {
    let links = circle.links
    guard links.count > 1 else { return [] }
    return links.indices.flatMap { place -> [String] in
      guard let line = line(of: place) else { return [] }
      if place == 0 { return ["┌─▶ \(line)"] }
      return ["│       ▼", "\(place == links.count - 1 ? "└──" : "│  ") \(line)"]
    }
  }

  /// How many threads are shown: of a large circle its beginning and its end.
  static let most = 10

  /// What to write for a thread; `nil` for one of many in the middle.
  private func line(of place: Int) -> String? {
    let links = circle.links
    let link = links[place]
    let hidden = links.count - Self.most
    if hidden > 1 {
      let middle = Self.most / 2
      if place == middle { return "… and \(hidden) others" }
      if place > middle, place < middle + hidden { return nil }
    }
    let held = links[(place + links.count - 1) % links.count].waitsFor
    return "\(link.thread) holds \(held) and waits for \(link.waitsFor)"
  }
}

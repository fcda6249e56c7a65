import Testing

@testable import InterlockPrograms

@Suite struct `Sample polygons` {
  private func lines(_ count: Int, seed: UInt64) -> [Substring] {
    var text: [UInt8] = []
    SamplePolygons(seed: seed).write(count: count) { text += $0 }
    return String(decoding: text, as: UTF8.self).split(separator: "\n")
  }

  @Test func `are the same for the same seed, and others for another`() {
    #expect(lines(50, seed: 1) == lines(50, seed: 1))
    #expect(lines(50, seed: 1) != lines(50, seed: 2))
    // However many are made.
    #expect(lines(50, seed: 1) == lines(5_000, seed: 1).prefix(50).map { $0 })
  }

  @Test func `are as many as wanted`() {
    #expect(lines(0, seed: 1).isEmpty)
    #expect(lines(3_456, seed: 1).count == 3_456)
  }

  @Test func `are convex, with 10 to 30 different points`() throws {
    for line in lines(300, seed: 5) {
      let points = line.split(separator: "),(").map { point in
        point.split { "(),".contains($0) }.compactMap { Int($0) }
      }
      #expect((10...30).contains(points.count))
      #expect(Set(points).count == points.count)
      for place in points.indices {
        let corners = (0...2).map { points[(place + $0) % points.count] }
        let (x, y) = (corners[1][0] - corners[0][0], corners[1][1] - corners[0][1])
        let (nextX, nextY) = (corners[2][0] - corners[1][0], corners[2][1] - corners[1][1])
        #expect(x * nextY - y * nextX >= 0)
      }
    }
  }
}

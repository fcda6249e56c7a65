/// The median of some numbers, and how far they lie apart.
struct Spread {
  let median: Double
  let least: Double
  let greatest: Double

  /// - Precondition: There is at least one number.
  init(_ numbers: [Double]) {
    let sorted = numbers.sorted()
    let middle = sorted.count / 2
    let isEven = sorted.count.isMultiple(of: 2)
    median = isEven ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    least = sorted[0]
    greatest = sorted[sorted.count - 1]
  }
}

/// What one contestant's rounds were like.
struct Series {
  let name: String
  var samples: [Sample] = []

  var cpu: Spread { Spread(samples.map(\.cpu)) }
  var wall: Spread { Spread(samples.map(\.wall)) }
  var residentBytes: Spread? {
    let bytes = samples.compactMap(\.residentBytes)
    return bytes.isEmpty ? nil : Spread(bytes)
  }
}

/// One of ours beside one peer.
///
/// All ratios are taken round by round, between neighbours in time.
struct Comparison {
  /// A bar, and whether it is met.
  struct Verdict {
    let bar: Bar
    let value: Spread

    /// The median decides.
    var isMet: Bool { bar.isMet(by: value.median) }
  }

  let ours: Series
  let peer: Series
  let verdicts: [Verdict]

  init(_ ours: Series, _ peer: Series, bars: [Bar]) {
    self.ours = ours
    self.peer = peer
    verdicts = bars.filter { $0.peers.contains(peer.name) }.map { bar in
      Verdict(bar: bar, value: Spread(zip(ours.samples, peer.samples).map(bar.value(ours:peer:))))
    }
  }

  var cpuRatio: Spread { Spread(zip(ours.samples, peer.samples).map { $0.cpu / $1.cpu }) }
  var wallRatio: Spread { Spread(zip(ours.samples, peer.samples).map { $0.wall / $1.wall }) }
}

/// How a benchmark went.
struct Outcome {
  let benchmark: Benchmark
  let series: [Series]
  let comparisons: [Comparison]
  /// Why it was not measured.
  var failure: String?
}

extension Benchmark {
  /// Measures all contestants in turn, round after round.
  ///
  /// - Parameters:
  ///   - seconds: How long each works in a round.
  ///   - rounds: How many rounds, unless the benchmark has a number of its own.
  /// - Returns: The samples, or why there are none.
  func run(for seconds: Double, rounds: Int) -> Outcome {
    defer { cleanUp() }
    do {
      return try measured(for: seconds, rounds: self.rounds ?? rounds)
    } catch {
      return Outcome(benchmark: self, series: [], comparisons: [], failure: "\(error)")
    }
  }

  private func measured(for seconds: Double, rounds: Int) throws -> Outcome {
    try prepare()
    var series = contestants.map { Series(name: $0.name) }
    // Nobody's first round counts: caches, page tables and clock frequencies settle in it.
    for round in -1..<rounds {
      try beforeRound()
      // There and back, so that nobody always comes after the same neighbour.
      let order = Array(contestants.indices)
      for place in round.isMultiple(of: 2) ? order : order.reversed() {
        let sample = try contestants[place].measure(for: seconds)
        if round >= 0 { series[place].samples.append(sample) }
      }
    }
    let (ours, peers) = (series.prefix(ours.count), series.dropFirst(ours.count))
    let comparisons = ours.flatMap { ours in
      peers.map { peer in Comparison(ours, peer, bars: bars) }
    }
    return Outcome(benchmark: self, series: series, comparisons: comparisons)
  }
}

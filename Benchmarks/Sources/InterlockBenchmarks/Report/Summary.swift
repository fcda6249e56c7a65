/// Which bars a run has met, in a line or two.
struct Summary {
  private let met: [String]
  private let missed: [String]
  private let open: [String]

  init(_ outcomes: [Outcome]) {
    var met: [String] = []
    var missed: [String] = []
    for outcome in outcomes {
      for comparison in outcome.comparisons {
        for verdict in comparison.verdicts {
          let line =
            "\(outcome.benchmark.name): \(comparison.ours.name) against \(comparison.peer.name), "
            + "\(verdict.bar), is \(verdict.bar.figure(verdict.value.median))"
          if verdict.isMet { met.append(line) } else { missed.append(line) }
        }
      }
    }
    self.met = met
    self.missed = missed
    open = outcomes.compactMap { outcome in
      outcome.failure.map { "\(outcome.benchmark.name): \($0)" }
    }
  }

  var text: String {
    var lines = ["\(met.count) of \(met.count + missed.count) bars met."]
    lines += missed.map { "MISSED        \($0)" }
    lines += open.map { "NOT MEASURED  \($0)" }
    return lines.joined(separator: "\n")
  }
}

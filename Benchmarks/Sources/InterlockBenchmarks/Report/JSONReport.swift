/// The outcomes of a run for programs: every sample, and every verdict.
///
/// Times are in seconds per operation, memory is in bytes.
struct JSONReport {
  let machine: Machine
  let outcomes: [Outcome]

  var json: JSON {
    .object([
      ("machine", .string(machine.description)),
      ("load", .array(machine.load.map(JSON.number))),
      ("benchmarks", .array(outcomes.map(Self.json))),
    ])
  }

  private static func json(_ outcome: Outcome) -> JSON {
    var members: [(key: String, value: JSON)] = [
      ("name", .string(outcome.benchmark.name)),
      ("operation", .string(outcome.benchmark.operation)),
      ("contestants", .array(outcome.series.map(json))),
      ("comparisons", .array(outcome.comparisons.map(json))),
      (
        "absent",
        .array(
          outcome.benchmark.absent.map { absent in
            .object([("name", .string(absent.name)), ("reason", .string(absent.reason))])
          }
        )
      ),
    ]
    if let failure = outcome.failure { members.append(("failure", .string(failure))) }
    return .object(members)
  }

  private static func json(_ series: Series) -> JSON {
    var members: [(key: String, value: JSON)] = [
      ("name", .string(series.name)),
      ("cpu", .array(series.samples.map { .number($0.cpu) })),
      ("wall", .array(series.samples.map { .number($0.wall) })),
    ]
    if series.residentBytes != nil {
      members.append(
        ("residentBytes", .array(series.samples.map { .number($0.residentBytes ?? 0) }))
      )
    }
    let shares = series.samples.compactMap(\.leastShare)
    if !shares.isEmpty { members.append(("leastShare", .array(shares.map { .number($0) }))) }
    return .object(members)
  }

  private static func json(_ comparison: Comparison) -> JSON {
    .object([
      ("ours", .string(comparison.ours.name)),
      ("peer", .string(comparison.peer.name)),
      ("cpuRatio", json(comparison.cpuRatio)),
      ("wallRatio", json(comparison.wallRatio)),
      ("bars", .array(comparison.verdicts.map(json))),
    ])
  }

  private static func json(_ verdict: Comparison.Verdict) -> JSON {
    .object([
      ("bar", .string(verdict.bar.description)),
      ("measured", json(verdict.value)),
      ("isMet", .bool(verdict.isMet)),
    ])
  }

  private static func json(_ spread: Spread) -> JSON {
    .object([
      ("median", .number(spread.median)),
      ("min", .number(spread.least)),
      ("max", .number(spread.greatest)),
    ])
  }
}

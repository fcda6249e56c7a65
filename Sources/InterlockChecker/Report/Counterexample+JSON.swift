import Interlock

extension Counterexample {
  /// All of it as a JSON object in one line, for programs.
  ///
  /// Its members are `kind`, `summary`, `details`, `schedule`, `executions`, `threads`, `steps`, `waits` and `cycle`.
  /// A step has `thread`, `action`, `result`, `file`, `line` and `function`; a wait has `holders` in place of a
  /// result, and in `cycle` are those that are part of it. What is not known is `null`.
  public var json: String { jsonValue.description }

  package var jsonValue: JSON {
    .object([
      "kind": .string(kind.rawValue),
      "summary": .string(summary),
      "details": .array(details.map(JSON.string)),
      "schedule": .string(schedule),
      "executions": .number(executions),
      "threads": .array(threads.map(JSON.string)),
      "steps": .array(steps.map(\.jsonValue)),
      "waits": .array(waits.map(\.jsonValue)),
      "cycle": .array(waits.filter(\.isInCycle).map(\.jsonValue)),
    ])
  }
}

extension Counterexample.Step {
  fileprivate var jsonValue: JSON {
    .object(
      [("thread", .string(thread)), ("action", .string(action)), ("result", .string(result))]
        + place.members
    )
  }
}

extension Counterexample.Wait {
  fileprivate var jsonValue: JSON {
    let holders = holders.map { JSON.object([("thread", .string($0.thread))] + $0.place.members) }
    return .object(
      [("thread", .string(thread)), ("action", .string(action)), ("holders", .array(holders))]
        + place.members
    )
  }
}

extension CodePlace? {
  /// The members of an object that has a place.
  fileprivate var members: [(String, JSON)] {
    [
      ("file", self?.file.map(JSON.string) ?? .null),
      ("line", self?.line.map { JSON.number($0) } ?? .null),
      ("function", self.map { JSON.string($0.function) } ?? .null),
    ]
  }
}

import Interlock

// From a failure to what is said of it. The runs for that may take as long as they like.
extension Explorer {
  /// How many runs may look for a simpler schedule.
  private static let shrinkingLimit = 500

  /// Makes the schedule simpler, and does it again, writing down what happens.
  func explain(_ failure: Failure, _ choices: [Choice]) -> Counterexample {
    let kind = failure.kind
    var shrinker = Shrinker(program, stepLimit: options.stepLimit) { machine in
      (machine as? ControlledWorld)?.verdict?.kind == kind
    }
    let simplest = shrinker.shrink(choices, searchLimit: Self.shrinkingLimit)?.choices ?? choices
    program.traces = true
    defer { program.traces = false }
    let world = program.beginRun()
    for choice in simplest where world.standing(of: choice.thread) == .runnable {
      _ = world.step(choice.thread, label: choice.label)
    }
    let schedule = Schedule(simplest, world).description
    return counterexample(world.verdict ?? failure, schedule, simplest, world)
  }

  /// What is said of a run that was written down.
  func counterexample(
    _ failure: Failure,
    _ schedule: String,
    _ choices: [Choice],
    _ world: ControlledWorld
  ) -> Counterexample {
    let trace = world.trace ?? ExecutionTrace()
    switch failure {
    case .deadlock(let blocked):
      let report = DeadlockReport(blocked, trace)
      return Counterexample(
        kind: .deadlock,
        summary: report.summary,
        details: report.details,
        schedule: schedule,
        executions: executions,
        trace: trace,
        waits: report.waits
      )
    case .tooLong(let steps):
      return endlessness(steps, schedule, choices, trace)
    case .threw, .crashed, .race, .leakedLock, .unjoinedThreads:
      return Counterexample(
        kind: failure.kindForUsers,
        summary: failure.sentence(trace),
        schedule: schedule,
        executions: executions,
        trace: trace
      )
    }
  }

  /// What is said if no run has come to something that should be so sometimes.
  func unreached(_ coverage: Coverage) -> Counterexample {
    let names = coverage.unreached.map { "\"\($0.name)\"" }.joined(separator: ", ")
    return Counterexample(
      kind: .unreached,
      summary: """
        none of the \(coverage.executions) executions that differ reached \(names): the body never gets \
        there, whatever the schedule
        """,
      schedule: "",
      executions: executions
    )
  }

  /// What is known of a thread that got stuck, without running anything again.
  func stuck(_ failure: Failure, _ schedule: Schedule) -> Counterexample {
    Counterexample(
      kind: .stuck,
      summary: failure.sentence(nil),
      schedule: schedule.description,
      executions: executions
    )
  }

  private func endlessness(
    _ steps: Int,
    _ schedule: String,
    _ choices: [Choice],
    _ trace: ExecutionTrace
  ) -> Counterexample {
    let start = "after \(steps) steps there is no end in sight"
    guard let circle = Circle(trace) else {
      return Counterexample(
        kind: .tooLong,
        summary: "\(start), and the threads do not repeat themselves",
        details: ["If the body is only long, give it a greater stepLimit."],
        schedule: schedule,
        executions: executions,
        trace: trace
      )
    }
    let fairRun = FairRun(after: choices.prefix(circle.start), program, options.stepLimit)
    return Counterexample(
      kind: .livelock,
      summary: "\(start): \(circle.words(trace))",
      details: [fairRun.words, "If the body is only long, give it a greater stepLimit."],
      schedule: schedule,
      executions: executions,
      trace: trace,
      folds: circle.folds(trace.steps.count)
    )
  }
}

// When the body does not do what it should.
extension Explorer {
  /// The body did something else under the same schedule.
  func nondeterminism(
    _ divergence: Divergence,
    _ choices: [Choice],
    _ world: ControlledWorld
  ) -> Counterexample {
    let schedule = choices.prefix(divergence.step) + [divergence.expected]
    program.traces = true
    defer { program.traces = false }
    let difference = FirstDifference(under: Array(schedule), program)
    return Counterexample(
      kind: .nondeterminism,
      summary: "the body did not do the same again under the same schedule: \(difference.words)",
      details: (difference.hint.map { [$0] } ?? []) + [
        "It must not depend on time, random numbers, addresses, the order of hash tables, or what "
          + "earlier executions have left."
      ],
      schedule: Schedule(choices, world).description,
      executions: executions,
      trace: difference.trace
    )
  }

  /// The schedule is one of another body, or this one was changed since.
  func unusable(
    _ text: String,
    _ divergence: Divergence,
    _ world: ControlledWorld
  ) -> Counterexample {
    Counterexample(
      kind: .unusableSchedule,
      summary: "the schedule is not one of this body: \(world.words(of: divergence))",
      details: [
        "Either the body was changed since, so that its threads do other operations, or it does not do "
          + "the same each time. Explore it anew."
      ],
      schedule: text,
      executions: executions,
      trace: world.trace
    )
  }
}

extension ControlledWorld {
  /// What the schedule asks for, and what the threads do instead.
  fileprivate func words(of divergence: Divergence) -> String {
    let thread = divergence.expected.thread
    let step = "step \(divergence.step + 1)"
    switch divergence.reason {
    case .notRunnable(.absent):
      guard let name = name(of: thread) else {
        return "\(step): it lets a thread go on that was not started"
      }
      return "\(step): it lets \(name) go on, which has ended"
    case .notOver:
      let others = started.filter { standing(of: $0.number) == .runnable }.map { thread in
        "\"\(thread.record.name)\" goes on with \(nextWords(of: thread.number) ?? "something")"
      }
      return "it ends after \(divergence.step) steps, and " + others.joined(separator: "; ")
    case .notRunnable, .noSuchLabel, .differentEvent:
      let name = name(of: thread) ?? "a thread"
      guard !isCutShort else {
        return "\(step): it lets \(name) go on, and the run has failed before"
      }
      return
        "\(step): it lets \(name) go on, which waits in \(nextWords(of: thread) ?? "something")"
    }
  }
}

extension Failure {
  /// What kind of counterexample it makes.
  fileprivate var kindForUsers: Counterexample.Kind {
    switch self {
    case .threw: .failure
    case .crashed(let crash, _): crash.isStuck ? .stuck : .crash
    case .race: .race
    case .deadlock: .deadlock
    case .leakedLock: .leakedLock
    case .unjoinedThreads: .unjoinedThread
    case .tooLong: .tooLong
    }
  }
}

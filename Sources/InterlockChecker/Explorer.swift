import Interlock

/// Runs a body under one schedule after the other, and explains the first that goes wrong.
struct Explorer {
  private let options: Exploration
  private let program: CheckedProgram
  private let end: ContinuousClock.Instant
  private var executions = 0

  init(_ options: Exploration, _ body: @escaping @Sendable () throws -> Void) {
    self.options = options
    program = CheckedProgram(options, body)
    end = ContinuousClock().now + options.duration
  }

  mutating func run() throws(Counterexample) -> Coverage {
    let stepLimit = options.stepLimit
    switch options.strategy {
    case .automatic: return try runPortfolio()
    case .exhaustive:
      return try runSearch {
        ExhaustiveSearch($0, stepLimit: stepLimit)
      } verdict: {
        $0.isFinished && $0.isExact ? .proved : .sampled
      }
    case .bounded(let preemptions):
      return try runSearch {
        BoundedSearch($0, bound: preemptions, stepLimit: stepLimit)
      } verdict: {
        $0.isFinished && $0.isExact ? .bounded(preemptions: preemptions) : .sampled
      }
    case .random(let seed):
      return try runSearch {
        SampledSearch($0, .randomWalk, seed: seed, stepLimit: stepLimit)
      } verdict: { _ in
        .sampled
      }
    case .replay(let text): return try replay(text)
    }
  }

  private mutating func runPortfolio() throws(Counterexample) -> Coverage {
    let (budget, stepLimit) = (options.executions, options.stepLimit)
    return try runSearch {
      Portfolio($0, budget: budget, seed: 1, stepLimit: stepLimit)
    } verdict: {
      $0.isProof ? .proved : .sampled
    } count: {
      $0.isProof ? $0.exhaustive.executions : nil
    }
  }

  /// Makes runs until there are none left, or the budget is used up.
  ///
  /// When names of objects turn out to mean the same thing (see ``ObjectNames``) the search begins again.
  private mutating func runSearch<Runs: Search>(
    _ make: (CheckedProgram) -> Runs,
    verdict: (Runs) -> Coverage.Verdict,
    count: (Runs) -> Int? = { _ in nil }
  ) throws(Counterexample) -> Coverage {
    var search = make(program)
    var generation = program.generation
    var runs = 0
    while executions < options.executions, ContinuousClock().now < end,
      let execution = search.next()
    {
      executions += 1
      runs += 1
      program.learn()
      let isRenamed = program.generation != generation
      try judge(execution, search.choices, isRenamed: isRenamed)
      guard isRenamed else { continue }
      generation = program.generation
      search = make(program)
      runs = 0
    }
    return Coverage(verdict: verdict(search), executions: count(search) ?? runs)
  }

  private func judge(
    _ execution: Execution,
    _ choices: [Choice],
    isRenamed: Bool
  ) throws(Counterexample) {
    guard let world = execution.machine as? ControlledWorld else { return }
    if case .diverged(let divergence) = execution.ending {
      if !isRenamed { throw describe(divergence, choices, world) }
    } else if let failure = world.verdict {
      throw explain(failure, choices)
    }
  }

  private func replay(_ text: String) throws(Counterexample) -> Coverage {
    let schedule: Schedule
    do throws(ScheduleError) {
      schedule = try Schedule(parsing: text)
    } catch {
      throw Counterexample(
        kind: .unusableSchedule,
        summary: "the schedule cannot be read: \(error)",
        schedule: text,
        executions: 0,
        steps: [],
        table: ""
      )
    }
    program.traces = true
    defer { program.traces = false }
    let run = Replay.follow(schedule, program)
    guard let world = run.machine as? ControlledWorld else {
      fatalError("a program has its machine")
    }
    if let failure = world.verdict, run.divergence == nil {
      throw counterexample(failure, text, world)
    }
    if let divergence = run.divergence { throw describe(divergence, run.choices, world) }
    return Coverage(verdict: .sampled, executions: 1)
  }
}

// Explaining.
extension Explorer {
  /// How many runs may look for a simpler schedule.
  private static let shrinkingLimit = 500

  /// Makes the schedule simpler, and does it again, writing down what happens.
  private func explain(_ failure: Failure, _ choices: [Choice]) -> Counterexample {
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
    return counterexample(world.verdict ?? failure, schedule, world)
  }

  private func counterexample(
    _ failure: Failure,
    _ schedule: String,
    _ world: ControlledWorld
  ) -> Counterexample {
    let trace = world.trace ?? ExecutionTrace()
    return Counterexample(
      kind: failure.kindForUsers,
      summary: failure.sentence(trace),
      schedule: schedule,
      executions: executions,
      steps: trace.forUsers,
      table: StepTable(trace).description
    )
  }

  private func describe(
    _ divergence: Divergence,
    _ choices: [Choice],
    _ world: ControlledWorld
  ) -> Counterexample {
    Counterexample(
      kind: .nondeterminism,
      summary: """
        the body did not do the same again under the same schedule: \(divergence). It must not depend on \
        time, random numbers, addresses, the order of hash tables, or what earlier executions have left.
        """,
      schedule: Schedule(choices, world).description,
      executions: executions,
      steps: world.trace?.forUsers ?? [],
      table: world.trace.map { StepTable($0).description } ?? ""
    )
  }
}

extension Failure {
  /// What kind of counterexample it makes.
  fileprivate var kindForUsers: Counterexample.Kind {
    switch self {
    case .threw: .failure
    case .crashed: .crash
    case .race: .race
    case .deadlock: .deadlock
    case .tooLong: .livelock
    }
  }
}

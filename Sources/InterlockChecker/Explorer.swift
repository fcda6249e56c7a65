import Interlock

/// Runs a body under one schedule after the other, and explains the first that goes wrong.
struct Explorer {
  let options: Exploration
  let program: CheckedProgram
  private let course: Course
  /// Which names of objects the search goes by; see ``ObjectNames``.
  private var generation: Int
  /// How many executions there were.
  private(set) var executions = 0
  /// How many of them belong to the search since it began anew, and were first looks.
  private var runs = 0
  private var firstLooks = 0
  /// How long it took until the last pause.
  private var elapsed = Duration.zero
  private var nextProgress = Self.progressInterval
  private var found: Counterexample?
  /// Whether there is nothing left to do.
  private(set) var isFinished = false

  /// How often to say how far it has come.
  private static let progressInterval = Duration.milliseconds(250)

  init(_ options: Exploration, _ body: @escaping @Sendable () throws -> Void) {
    self.options = options
    program = CheckedProgram(options, body)
    course = Course(options, program)
    generation = program.generation
  }

  /// Goes on for so many executions.
  mutating func advance(_ limit: Int) throws(Counterexample) -> Coverage {
    if let found { throw found }
    do throws(Counterexample) {
      switch course {
      case .automatic(let runs): return try advance(limit, runs)
      case .exhaustive(let runs): return try advance(limit, runs)
      case .bounded(let runs): return try advance(limit, runs)
      case .sampled(let runs): return try advance(limit, runs)
      case .replay(let text): return try replay(text)
      }
    } catch {
      found = error
      isFinished = true
      throw error
    }
  }

  /// Makes runs until there are none left, or the budget is used up.
  ///
  /// When names of objects turn out to mean the same thing the search begins again.
  private mutating func advance<Runs: ExploringSearch>(
    _ limit: Int,
    _ course: Restartable<Runs>
  ) throws(Counterexample) -> Coverage {
    let clock = ContinuousClock()
    let start = clock.now - elapsed
    let me = ThreadRecord.current
    let last = min(options.executions, limit < .max - executions ? executions + limit : .max)
    defer { program.pause() }
    while executions < last, !me.isCancelled {
      elapsed = clock.now - start
      if elapsed >= options.duration { break }
      guard let execution = course.search.next() else {
        isFinished = true
        break
      }
      executions += 1
      runs += 1
      if course.search.isFirstLook { firstLooks += 1 }
      program.learn()
      program.countLandmarks(isFirstLook: course.search.isFirstLook)
      let isRenamed = program.generation != generation
      try judge(execution, course.search.choices, isRenamed: isRenamed)
      if isRenamed { restart(course) }
      if elapsed >= nextProgress { tellProgress(course.search) }
    }
    if executions >= options.executions || elapsed >= options.duration { isFinished = true }
    return try coverage(course.search)
  }

  private mutating func restart(_ course: Restartable<some ExploringSearch>) {
    generation = program.generation
    course.restart()
    program.resetLandmarks()
    runs = 0
    firstLooks = 0
  }

  private mutating func tellProgress(_ search: some ExploringSearch) {
    nextProgress = elapsed + Self.progressInterval
    guard let tell = options.progress else { return }
    tell(
      Exploration.Progress(
        executions: executions,
        elapsed: elapsed,
        phase: search.progressPhase,
        estimate: search.estimatedRuns.map { Int(min(max($0, Double(runs)), 1e15)) }
      )
    )
  }

  private func coverage(_ search: some ExploringSearch) throws(Counterexample) -> Coverage {
    var verdict = search.verdict
    let isProof = verdict == .proved
    if isProof, program.hasLimitedTimeouts {
      verdict = .limited(timeouts: Patience.limit)
    }
    let coverage = Coverage(
      verdict: verdict,
      executions: isProof ? runs - firstLooks : runs,
      landmarks: program.landmarks(withFirstLooks: !isProof)
    )
    if verdict == .proved, !coverage.unreached.isEmpty { throw unreached(coverage) }
    return coverage
  }

  private func judge(
    _ execution: Execution,
    _ choices: [Choice],
    isRenamed: Bool
  ) throws(Counterexample) {
    guard let world = execution.machine as? ControlledWorld else { return }
    if case .diverged(let divergence) = execution.ending {
      if !isRenamed { throw nondeterminism(divergence, choices, world) }
    } else if let failure = world.verdict {
      if case .crashed(let crash, _) = failure, crash.isStuck {
        throw stuck(failure, Schedule(choices, world))
      }
      throw explain(failure, choices)
    }
  }

  private mutating func replay(_ text: String) throws(Counterexample) -> Coverage {
    isFinished = true
    let schedule: Schedule
    do throws(ScheduleError) {
      schedule = try Schedule(parsing: text)
    } catch {
      throw Counterexample(
        kind: .unusableSchedule,
        summary: "the schedule cannot be read: \(error)",
        schedule: text,
        executions: 0
      )
    }
    program.traces = true
    defer {
      program.traces = false
      program.pause()
    }
    executions = 1
    let run = Replay.follow(schedule, program)
    guard let world = run.machine as? ControlledWorld else {
      fatalError("a program has its machine")
    }
    if let divergence = run.divergence { throw unusable(text, divergence, world) }
    if let failure = world.verdict { throw counterexample(failure, text, run.choices, world) }
    program.countLandmarks(isFirstLook: false)
    return Coverage(
      verdict: .sampled,
      executions: 1,
      landmarks: program.landmarks(withFirstLooks: true)
    )
  }
}

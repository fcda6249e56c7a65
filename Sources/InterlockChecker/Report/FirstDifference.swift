import Interlock

/// Where two runs of a body depart from each other that were made under the same schedule.
///
/// The runs of a search do not write down what they do. So when one was not what it should have been, the
/// schedule is followed again some times, until two runs differ. If none does, because only the first executions
/// were others, a run is compared with what the threads did when they first came so far.
struct FirstDifference {
  /// How often the schedule is followed.
  private static let attemptLimit = 40

  /// What was done the first time and what now.
  let words: String
  /// What was seen differently before that, if something was.
  let hint: String?
  /// The run that differs.
  let trace: ExecutionTrace

  /// Looks for a difference.
  ///
  /// - Parameters:
  ///   - choices: The schedule, to the step that was not what it should have been.
  ///   - program: What is run; it writes down what happens.
  init(under choices: [Choice], _ program: CheckedProgram) {
    let first = Run(under: choices, program)
    for _ in 1..<Self.attemptLimit {
      let now = Run(under: choices, program)
      guard let step = first.firstDifference(from: now) else { continue }
      words = Self.words(
        step,
        now.names[choices[step].thread] ?? first.names[choices[step].thread],
        first.words(at: step),
        now.words(at: step)
      )
      hint = first.hint(from: now, before: step)
      trace = now.trace
      return
    }
    let last = choices.count - 1
    let thread = choices[last].thread
    let index = choices.count { $0.thread == thread } - 1
    let before = program.sight(of: EventID(thread: thread, index: index))
    let now = first.words(at: last)
    let known = before.map {
      "did \($0.words)\($0.stack.place.map { " (\($0.fileAndLine))" } ?? "")"
    }
    words = Self.words(last, first.names[thread], known == now ? nil : known, now)
    hint = nil
    trace = first.trace
  }

  private static func words(
    _ step: Int,
    _ name: String?,
    _ before: String?,
    _ now: String
  ) -> String {
    "step \(step + 1): \(name.map { "\"\($0)\"" } ?? "a thread") "
      + (before.map { "\($0) the first time" } ?? "did something else the first time")
      + " and \(now.hasPrefix("did ") ? String(now.dropFirst(4)) : now) now"
  }
}

/// What a run did under the schedule, as far as that could be followed.
private struct Run {
  let trace: ExecutionTrace
  private let steps: [Counterexample.Step]
  /// Why the thread of the step after the last one could not go on.
  private let stop: String

  var names: [Int: String] { trace.names }

  init(under choices: [Choice], _ program: CheckedProgram) {
    let world = program.beginRun()
    var stop = "stopped"
    for choice in choices {
      let standing = choice.thread < world.threadCount ? world.standing(of: choice.thread) : .absent
      guard standing == .runnable else {
        let next = world.nextWords(of: choice.thread)
        stop =
          switch standing {
          case .absent where world.thread(choice.thread) == nil: "was not there"
          case .absent: "had ended"
          case .blocked, .waiting: "waited in \(next ?? "something")"
          case .stopped, .runnable: "was stopped, because the run had failed,"
          }
        break
      }
      _ = world.step(choice.thread, label: choice.label)
    }
    trace = world.trace ?? ExecutionTrace()
    steps = trace.forUsers
    self.stop = stop
  }

  /// The first step that is not the same in another run.
  func firstDifference(from other: Run) -> Int? {
    let common = zip(steps, other.steps).enumerated()
    for (place, (one, another)) in common
    where one.action != another.action || one.place != another.place {
      return place
    }
    return steps.count == other.steps.count ? nil : min(steps.count, other.steps.count)
  }

  /// What happened in a step.
  func words(at step: Int) -> String {
    guard step < steps.count else { return stop }
    return "did " + describe(steps[step])
  }

  /// What was seen differently before a step.
  func hint(from other: Run, before step: Int) -> String? {
    guard let place = (0..<step).first(where: { steps[$0].result != other.steps[$0].result }) else {
      return nil
    }
    return "Before that, in step \(place + 1), \(describe(steps[place])) had another result: "
      + "\"\(steps[place].result)\" the first time and \"\(other.steps[place].result)\" now."
  }

  private func describe(_ step: Counterexample.Step) -> String {
    step.action + (step.place.map { " (\($0.fileAndLine))" } ?? "")
  }
}

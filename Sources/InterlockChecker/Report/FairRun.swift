/// What becomes of threads that go round in circles when all threads take turns.
///
/// A thread that spins until another one has done something goes round for ever only if the other one is kept
/// out for ever. No system does that for long; but many spinning threads, and priorities, come close.
struct FairRun {
  private enum Ending {
    /// All threads have ended, or failed otherwise.
    case ends
    /// It does not end either.
    case goesOn
    /// There was no choice.
    case isAlone
  }

  private let ending: Ending

  /// Makes the run.
  ///
  /// - Parameters:
  ///   - choices: The steps up to the circle.
  ///   - program: What is run.
  ///   - stepLimit: How many steps it may take.
  init(after choices: ArraySlice<Choice>, _ program: CheckedProgram, _ stepLimit: Int) {
    let traced = program.traces
    program.traces = false
    defer { program.traces = traced }
    let world = program.beginRun()
    for choice in choices where world.standing(of: choice.thread) == .runnable {
      _ = world.step(choice.thread, label: choice.label)
    }
    var hadChoice = false
    var isRunning = true
    while isRunning, !world.isCutShort {
      isRunning = false
      var steps = 0
      for thread in 0..<world.threadCount where world.standing(of: thread) == .runnable {
        _ = world.step(thread, label: 0)
        steps += 1
      }
      isRunning = steps > 0
      hadChoice = hadChoice || steps > 1
    }
    if case .tooLong? = world.verdict {
      ending = hadChoice ? .goesOn : .isAlone
    } else {
      ending = .ends
    }
  }

  /// What became of them, and what to do.
  var words: String {
    switch ending {
    case .ends:
      "When all threads take turns it ends: so whoever goes round should let others go first, with "
        + "CurrentThread.yield(), or better wait for what they do."
    case .goesOn: "When all threads take turns it does not end either."
    case .isAlone: "No other thread can go on meanwhile, so nothing ends it."
    }
  }
}

/// Runs a program in all ways in which threads are interrupted at most so many times.
///
/// A *preemption* is a step of another thread while the one that ran last could have gone on. Most bugs
/// need one or two, and the runs that have so few are few. Of two beginnings of one class (see ``Trace``)
/// that end with the same thread, only one is continued: happens-before prefix caching (Musuvathi and
/// Qadeer, MSR-TR-2007-12). So the classes are those of all schedules within the bound, but a class may be
/// run more than once.
///
/// Classes are told apart by a hash of 128 bits; two different ones are taken for one with a probability
/// that is negligible, but not 0.
package struct BoundedSearch<Program: Explorable>: Search {
  private struct Branch {
    let step: Int
    let choice: Choice
    let preemptions: Int
  }

  private struct Beginning: Hashable {
    let hash: ClassHash
    let last: Int
  }

  /// How many preemptions a run may have.
  package let bound: Int
  /// How many runs came to their end.
  package private(set) var executions = 0
  /// How many runs came to where another one had been.
  package private(set) var pruned = 0
  /// How many steps were made, those that repeat earlier runs included.
  package private(set) var steps = 0
  /// Whether all runs were made.
  package private(set) var isFinished = false
  /// Whether nothing was left out: no run was too long, and none differed from an earlier one.
  package private(set) var isExact = true
  /// Whether there was no room to keep more beginnings, so that more runs are made in vain.
  package private(set) var isCacheFull = false

  private let program: Program
  private let stepLimit: Int
  private let cacheLimit: Int
  private var trace = Trace()
  /// The hash of each beginning of the current run.
  private var hashes: [ClassHash] = []
  private var waiting: [Branch] = []
  /// With how few preemptions a beginning was continued.
  private var cache: [Beginning: Int] = [:]
  private var preemptions = 0
  private var hasBegun = false

  /// A search that has not begun.
  ///
  /// - Parameters:
  ///   - program: What to run.
  ///   - bound: How many preemptions a run may have.
  ///   - stepLimit: How many steps a run may have; one that has more is cut short.
  ///   - cacheLimit: How many beginnings are kept, each of which takes some 50 bytes; 0 for none.
  package init(
    _ program: Program,
    bound: Int,
    stepLimit: Int = StepLimit.standard,
    cacheLimit: Int = 4_000_000
  ) {
    self.program = program
    self.bound = bound
    self.stepLimit = stepLimit
    self.cacheLimit = cacheLimit
  }

  /// The schedule of the run made last.
  package var choices: [Choice] { trace.events.map(\.choice) }

  /// The hash of the class of the run made last.
  package var classHash: ClassHash { hashes.last ?? ClassHash() }

  /// Makes the next run that comes to its end.
  ///
  /// - Returns: The run, or `nil` if there is none left.
  package mutating func next() -> Execution? {
    while !isFinished {
      guard let execution = makeRun() else { continue }
      return execution
    }
    return nil
  }

  /// Makes one run; returns `nil` if it came to where another one had been.
  private mutating func makeRun() -> Execution? {
    let branch = waiting.popLast()
    if branch == nil, hasBegun {
      isFinished = true
      return nil
    }
    hasBegun = true
    rewind(to: branch?.step ?? 0)
    preemptions = branch?.preemptions ?? 0
    let machine = program.begin()
    do throws(Divergence) {
      try machine.follow(trace)
      if let choice = branch?.choice { try step(choice, machine) }
      guard let ending = try extend(machine) else { return nil }
      return Execution(machine: machine, ending: ending)
    } catch {
      isExact = false
      isFinished = true
      return Execution(machine: machine, ending: .diverged(error))
    }
  }

  private mutating func rewind(to step: Int) {
    trace.removeEvents(from: step)
    hashes.removeLast(hashes.count - step)
  }

  private mutating func extend(_ machine: any Machine) throws(Divergence) -> Execution.Ending? {
    while trace.count < stepLimit {
      guard isNew() else {
        pruned += 1
        steps += trace.count
        return nil
      }
      guard let choice = branch(machine) else { return finish(.complete) }
      try step(choice, machine)
    }
    isExact = false
    return finish(.cutShort)
  }

  private mutating func finish(_ ending: Execution.Ending) -> Execution.Ending {
    executions += 1
    steps += trace.count
    return ending
  }

  private mutating func step(_ choice: Choice, _ machine: any Machine) throws(Divergence) {
    trace.append(try machine.follow(choice, at: trace.count))
    var hash = classHash
    hash.add(trace.hash(at: trace.count - 1))
    hashes.append(hash)
  }

  /// Notes where the run has come to.
  ///
  /// - Returns: Whether no other one has been there with as few preemptions.
  private mutating func isNew() -> Bool {
    guard cacheLimit > 0 else { return true }
    let beginning = Beginning(hash: classHash, last: trace.events.last?.thread ?? -1)
    if let known = cache[beginning] {
      guard known > preemptions else { return false }
    } else if cache.count >= cacheLimit {
      isCacheFull = true
      return true
    }
    cache[beginning] = preemptions
    return true
  }

  /// Notes what can be done now, all but one for later.
  ///
  /// - Returns: What is done first: the thread that ran last goes on, if it can. `nil` if nobody can.
  private mutating func branch(_ machine: any Machine) -> Choice? {
    let last = trace.events.last
    let calm = machine.calmThread(after: last)
    guard let calm else { return nil }
    let isInterruptible = calm != last?.thread || last?.isYield == true
    for thread in (0..<machine.threadCount).reversed()
    where machine.standing(of: thread) == .runnable {
      let cost = thread == calm || isInterruptible ? 0 : 1
      guard preemptions + cost <= bound else { continue }
      for label in (0..<machine.labelCount(of: thread)).reversed()
      where thread != calm || label > 0 {
        waiting.append(
          Branch(
            step: trace.count,
            choice: Choice(thread, label: label),
            preemptions: preemptions + cost
          )
        )
      }
    }
    return Choice(calm)
  }
}

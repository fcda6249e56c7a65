/// Runs a program in all ways that differ in anything its threads could see, each once.
///
/// Of every class of runs (see ``Trace``) one is made: this is optimal dynamic partial-order reduction
/// with wakeup trees (Abdulla, Aronis, Jonsson, Sagonas: "Source Sets", JACM 2017, algorithm 2), with
/// four extensions: operations that block, races of operations that are still blocked at the end of a
/// run, events with labels, and locks that several may have. `Documentation/Internals/Search.md` tells
/// why it finds everything, and what was changed.
///
/// The search is a value that goes from run to run; it may be stopped after any and taken up again.
///
///     var search = ExhaustiveSearch(program)
///     while let execution = search.next() { judge(execution.machine, search.choices) }
///
/// ## What is kept
///
/// `stack` has an entry for each step of the run made last, up to the one at which the next run departs;
/// `trace` the events before that one. An entry has
///
/// - *sleepers*: events that need no run from here, because one was made already that began with them,
///   here or in an entry below, and nothing since was in conflict with them. Those of all entries are in
///   one array; only those of the uppermost grow.
/// - *branches*: the wakeup tree. Its first child is the step that the run takes; the children of that one
///   have moved on to the next entry.
package struct ExhaustiveSearch<Program: Explorable>: Search {
  struct Entry {
    var branches = WakeupTrees.Branches()
    /// Where its sleepers begin; they end where those of the next entry begin.
    let firstSleeper: Int
    /// How many children are done.
    var done = 0
  }

  /// How many runs were made and have ended, one for each class.
  package private(set) var executions = 0
  /// How many runs found nothing to do that was not done before; 0 unless something is wrong.
  package private(set) var asleep = 0
  /// How many steps were made, those that repeat earlier runs included.
  package private(set) var steps = 0
  /// Whether all runs were made.
  package private(set) var isFinished = false
  /// Whether every run was made to its end, as far as is known; if not, the search proves nothing.
  package private(set) var isExact = true

  private let program: Program
  private let stepLimit: Int
  /// If set, who goes first is drawn; the classes are the same.
  private var random: SplitMix64?
  private var candidates: [Int] = []
  private var estimates = 0.0

  var trace = Trace()
  var stack: [Entry] = []
  var sleepers: [Event] = []
  var trees = WakeupTrees()
  var planned = PlannedSequence()

  /// A search that has not begun.
  ///
  /// - Parameters:
  ///   - program: What to run.
  ///   - stepLimit: How many steps a run may have; one that has more is cut short.
  ///   - random: Draws who goes on where the search does not care; without it, whoever ran last.
  package init(
    _ program: Program,
    stepLimit: Int = StepLimit.standard,
    random: SplitMix64? = nil
  ) {
    self.program = program
    self.stepLimit = stepLimit
    self.random = random
  }

  /// The schedule of the run made last.
  package private(set) var choices: [Choice] = []

  /// The hash of the class of the run made last.
  package private(set) var classHash = ClassHash()

  /// How many runs there may be in all.
  ///
  /// The mean, over the runs made, of the product of the branches that each has passed (Knuth, 1975). It is
  /// far from the truth at first.
  package var estimatedExecutions: Double {
    isFinished ? Double(executions) : estimates / Double(max(1, executions))
  }

  /// Makes the next run, which is of a class that was not seen before.
  ///
  /// - Returns: The run, or `nil` if all were made.
  package mutating func next() -> Execution? {
    guard !isFinished else { return nil }
    let machine = program.begin()
    let ending: Execution.Ending
    do throws(Divergence) {
      try machine.follow(trace)
      ending = try extend(machine)
    } catch {
      ending = .diverged(error)
    }
    note(ending, machine)
    return Execution(machine: machine, ending: ending)
  }

  /// Goes on to the end of the run: as the trees say, and then as it comes.
  private mutating func extend(_ machine: any Machine) throws(Divergence) -> Execution.Ending {
    while trace.count < stepLimit {
      if trace.count == stack.count { push() }
      let step = stack.count - 1
      if stack[step].branches.isEmpty {
        guard let thread = pick(machine) else {
          sleepers.removeLast(sleepers.count - stack[step].firstSleeper)
          stack.removeLast()
          return machine.canGoOn ? .asleep : .complete
        }
        trees.append(machine.pending(thread), to: &stack[step].branches)
      }
      let wanted = trees.event(of: stack[step].branches.first)
      let event = try machine.follow(wanted.choice, at: step)
      guard event.id == wanted.id, event.footprint == wanted.footprint else {
        throw Divergence(step: step, expected: wanted.choice, reason: .differentEvent)
      }
      trace.append(event)
    }
    return machine.canGoOn ? .cutShort : .complete
  }

  /// Adds an entry for the step that comes after the last event.
  private mutating func push() {
    let first = sleepers.count
    guard let below = stack.last, let event = trace.events.last else {
      return stack.append(Entry(firstSleeper: first))
    }
    for place in below.firstSleeper..<first where !sleepers[place].conflicts(with: event) {
      sleepers.append(sleepers[place])
    }
    var entry = Entry(firstSleeper: first)
    entry.branches = trees.takeChildren(of: below.branches.first)
    stack.append(entry)
  }

  /// Who goes on in the uppermost entry if no tree says so; `nil` if nobody who is awake can.
  private mutating func pick(_ machine: any Machine) -> Int? {
    guard random != nil else { return pickCalmly(machine) }
    candidates.removeAll(keepingCapacity: true)
    for thread in 0..<machine.threadCount where isAwake(thread, machine) {
      candidates.append(thread)
    }
    guard !candidates.isEmpty else { return nil }
    return candidates[random?.pick(candidates.count) ?? 0]
  }

  /// As ``Machine/calmThread(after:fromTop:)``, of those who are awake.
  private func pickCalmly(_ machine: any Machine) -> Int? {
    let last = trace.events.last
    if let last, !last.isYield, isAwake(last.thread, machine) { return last.thread }
    let count = machine.threadCount
    let start = last?.nextInTurn ?? 0
    for offset in start..<start + count {
      let thread = offset < count ? offset : offset - count
      if isAwake(thread, machine) { return thread }
    }
    return nil
  }

  private func isAwake(_ thread: Int, _ machine: any Machine) -> Bool {
    guard machine.standing(of: thread) == .runnable else { return false }
    for place in stack[stack.count - 1].firstSleeper..<sleepers.count {
      if sleepers[place].thread == thread, sleepers[place].label == 0 { return false }
    }
    return true
  }

  private mutating func note(_ ending: Execution.Ending, _ machine: any Machine) {
    steps += trace.count
    choices = trace.events.map(\.choice)
    switch ending {
    case .complete, .cutShort:
      executions += 1
      if ending == .cutShort || machine.hasStopped { isExact = false }
      classHash = trace.hash
      plan(machine)
      estimates += branchProduct
    case .asleep:
      asleep += 1
      isExact = false
    case .diverged:
      isExact = false
      isFinished = true
      return
    }
    backtrack()
  }

  private var branchProduct: Double {
    stack.reduce(1) { $0 * Double($1.done + trees.count(of: $1.branches)) }
  }

  /// Goes back to the last step that has something else to try.
  private mutating func backtrack() {
    while let step = stack.indices.last {
      sleepers.append(trace.events[step])
      stack[step].done += 1
      trees.removeFirst(of: &stack[step].branches)
      if !stack[step].branches.isEmpty { break }
      sleepers.removeLast(sleepers.count - stack[step].firstSleeper)
      stack.removeLast()
    }
    isFinished = stack.isEmpty
    trace.removeEvents(from: max(0, stack.count - 1))
  }
}

/// Looks for a simple schedule under which a program still fails in the same way.
///
/// Simple is, in this order: few threads take part, they are seldom interrupted, nothing out of the
/// ordinary is chosen (labels are 0), there are few blocks of steps, few steps. Changes are tried on the
/// blocks until none makes it simpler. Among schedules that are equally simple the first one in
/// alphabetical order is preferred, so that two failures of one bug look alike. At last a bounded search
/// looks for one with fewer interruptions, or proves that there is none.
package struct Shrinker<Program: Explorable> {
  /// A schedule, and how simple it is.
  package struct Result {
    /// The steps.
    package let choices: [Choice]
    /// How often a thread is interrupted.
    package let preemptions: Int
    /// The run, at its end.
    package let machine: any Machine
    /// Whether a search proved that no failure has fewer preemptions.
    package fileprivate(set) var isProven = false
    fileprivate let cost: Cost
    fileprivate let blocks: [Block]
  }

  fileprivate struct Cost: Comparable {
    let ranks: [Int]

    init(_ run: Replay.Run, _ blocks: [Block]) {
      let threads = Set(blocks.map(\.thread)).count
      let labels = run.choices.count { $0.label != 0 }
      ranks = [threads, run.preemptions, labels, blocks.count, run.choices.count]
    }

    static func < (left: Cost, right: Cost) -> Bool {
      left.ranks.lexicographicallyPrecedes(right.ranks)
    }
  }

  /// How many runs were made.
  package private(set) var replays = 0

  private let program: Program
  private let isSameFailure: (any Machine) -> Bool
  private let stepLimit: Int
  /// How many steps its runs may still have, all together.
  private var stepsLeft: Int

  /// A shrinker for one failure.
  ///
  /// - Parameters:
  ///   - program: What fails.
  ///   - stepLimit: How many steps a run may have.
  ///   - totalStepLimit: After how many steps of all runs together it is content with what it has. A run that
  ///     never ends has as many changes as it has steps, and each of them may never end.
  ///   - isSameFailure: Whether a run failed, and in the same way: with the same message in the same place,
  ///     or with the same locks in a deadlock.
  package init(
    _ program: Program,
    stepLimit: Int = StepLimit.standard,
    totalStepLimit: Int = 1_000_000,
    isSameFailure: @escaping (any Machine) -> Bool
  ) {
    self.program = program
    self.stepLimit = stepLimit
    stepsLeft = totalStepLimit
    self.isSameFailure = isSameFailure
  }

  /// Makes a failing schedule simpler.
  ///
  /// - Parameters:
  ///   - choices: The steps of a run that failed.
  ///   - searchLimit: How many runs the search for fewer preemptions may make; 0 for no search.
  /// - Returns: The simplest that was found, or `nil` if the program does not fail under `choices`.
  package mutating func shrink(_ choices: [Choice], searchLimit: Int = 2_000) -> Result? {
    guard var best = attempt(choices.blocks, highest: false) else { return nil }
    descend(&best)
    var left = searchLimit
    while best.preemptions > 0, left > 0, stepsLeft > 0 {
      let (found, isFinished) = search(below: best.preemptions, &left)
      guard let found, let simpler = attempt(found.blocks, highest: false), simpler.cost < best.cost
      else {
        best.isProven = isFinished && found == nil
        return best
      }
      best = simpler
      descend(&best)
    }
    best.isProven = best.preemptions == 0
    return best
  }

  /// Tries changes until none makes the schedule simpler.
  private mutating func descend(_ best: inout Result) {
    while let simpler = firstImprovement(of: best) { best = simpler }
  }

  private mutating func firstImprovement(of best: Result) -> Result? {
    for change in ScheduleChange.all(for: best.blocks) {
      for highest in [false, true] {
        guard stepsLeft > 0 else { return nil }
        guard let blocks = change.applied(to: best.blocks),
          let result = attempt(blocks, highest: highest), isSimpler(result, best)
        else { continue }
        return result
      }
    }
    return nil
  }

  private func isSimpler(_ one: Result, _ other: Result) -> Bool {
    if one.cost != other.cost { return one.cost < other.cost }
    return one.choices.lexicographicallyPrecedes(other.choices) {
      ($0.thread, $0.label) < ($1.thread, $1.label)
    }
  }

  private mutating func attempt(_ blocks: [Block], highest: Bool) -> Result? {
    replays += 1
    let run = Replay.follow(
      leniently: blocks,
      program,
      highest: highest,
      stepLimit: stepLimit
    )
    stepsLeft -= run.choices.count
    guard run.divergence == nil, isSameFailure(run.machine) else { return nil }
    let made = run.choices.blocks
    return Result(
      choices: run.choices,
      preemptions: run.preemptions,
      machine: run.machine,
      cost: Cost(run, made),
      blocks: made
    )
  }

  private mutating func search(below bound: Int, _ left: inout Int) -> ([Choice]?, Bool) {
    var search = BoundedSearch(program, bound: bound - 1, stepLimit: stepLimit)
    while left > 0, stepsLeft > 0, search.pruned < 10 * left {
      guard let execution = search.next() else { return (nil, search.isExact) }
      left -= 1
      stepsLeft -= search.choices.count
      replays += 1
      if isSameFailure(execution.machine) { return (search.choices, false) }
    }
    return (nil, false)
  }
}

/// A way to draw who goes on, among the threads that can.
///
/// A sampler may learn from run to run how long threads are and what they use. What it draws depends on
/// that and on the random numbers of the run only.
package protocol Sampler: Sendable {
  /// Whether it is told which events happened; finding that out is a good part of a step.
  static var wantsEvents: Bool { get }

  /// A run begins.
  mutating func begin(_ machine: any Machine, _ random: inout SplitMix64)

  /// Draws one of the threads that can run, which are in ascending order.
  mutating func pick(
    _ runnable: ThreadNumbers,
    _ machine: any Machine,
    _ random: inout SplitMix64
  ) -> Int

  /// The thread that was drawn has made its step.
  mutating func note(_ event: Event, _ machine: any Machine, _ random: inout SplitMix64)

  /// The run is over.
  mutating func end(_ machine: any Machine)
}

extension Sampler {
  /// It is.
  package static var wantsEvents: Bool { true }
  /// Does nothing.
  package mutating func begin(_ machine: any Machine, _ random: inout SplitMix64) {}
  /// Does nothing.
  package mutating func note(
    _ event: Event,
    _ machine: any Machine,
    _ random: inout SplitMix64
  ) {}
  /// Does nothing.
  package mutating func end(_ machine: any Machine) {}
}

/// The samplers that there are.
package enum SamplerKind: Hashable, Sendable, CaseIterable {
  /// See ``RandomWalk``.
  case randomWalk
  /// See ``PriorityChange``, for bugs of depth 1.
  case priorityChange1
  /// The same for bugs of depth 2.
  case priorityChange2
  /// The same for bugs of depth 3.
  case priorityChange3
  /// See ``PartialOrderSampling``.
  case partialOrder
  /// See ``UniformWalk``.
  case uniformWalk
  /// See ``SelectiveUniformWalk``.
  case selectiveUniformWalk

  /// A sampler that has learned nothing yet.
  package func makeSampler() -> any Sampler {
    switch self {
    case .randomWalk: RandomWalk()
    case .priorityChange1: PriorityChange(depth: 1)
    case .priorityChange2: PriorityChange(depth: 2)
    case .priorityChange3: PriorityChange(depth: 3)
    case .partialOrder: PartialOrderSampling()
    case .uniformWalk: UniformWalk()
    case .selectiveUniformWalk: SelectiveUniformWalk()
    }
  }

  /// What tells its random numbers from those of other samplers.
  fileprivate var number: UInt64 {
    switch self {
    case .randomWalk: 1
    case .priorityChange1: 2
    case .priorityChange2: 3
    case .priorityChange3: 4
    case .partialOrder: 5
    case .uniformWalk: 6
    case .selectiveUniformWalk: 7
    }
  }
}

/// Runs a program again and again, drawing who goes on.
///
/// It never ends by itself. The run with the same number draws the same random numbers in every search
/// with the same seed and sampler.
package struct SampledSearch<Program: Explorable>: Search {
  /// How many runs were made.
  package private(set) var executions = 0
  /// How many steps were made.
  package private(set) var steps = 0
  /// The schedule of the run made last.
  package private(set) var choices: [Choice] = []
  /// The hash of the class of the run made last, if that is kept.
  package private(set) var classHash: ClassHash?

  private let program: Program
  private var sampler: any Sampler
  private let strategy: UInt64
  private let seed: UInt64
  private let firstRun: Int
  private let stepLimit: Int
  private let keepsClasses: Bool
  private let wantsEvents: Bool
  private var trace = Trace()
  private var runnable = ThreadNumbers()

  /// A search that has made no run.
  ///
  /// - Parameters:
  ///   - program: What to run.
  ///   - kind: How to draw.
  ///   - seed: Where random numbers begin.
  ///   - firstRun: The number of the first run; those before it are left out.
  ///   - stepLimit: How many steps a run may have; one that has more is cut short.
  ///   - keepsClasses: Whether to find out the class of each run.
  package init(
    _ program: Program,
    _ kind: SamplerKind,
    seed: UInt64,
    firstRun: Int = 0,
    stepLimit: Int = StepLimit.standard,
    keepsClasses: Bool = false
  ) {
    self.program = program
    let sampler = kind.makeSampler()
    self.sampler = sampler
    wantsEvents = keepsClasses || type(of: sampler).wantsEvents
    strategy = kind.number
    self.seed = seed
    self.firstRun = firstRun
    self.stepLimit = stepLimit
    self.keepsClasses = keepsClasses
  }

  /// Makes another run.
  ///
  /// - Returns: The run; never `nil`.
  package mutating func next() -> Execution? {
    var random = SplitMix64(
      seed: seed,
      strategy: strategy,
      run: UInt64(firstRun) + UInt64(executions)
    )
    let machine = program.begin()
    sampler.begin(machine, &random)
    choices.removeAll(keepingCapacity: true)
    trace.removeEvents(from: 0)
    var isOver = false
    while !isOver, choices.count < stepLimit { isOver = !step(machine, &random) }
    sampler.end(machine)
    executions += 1
    steps += choices.count
    classHash = keepsClasses ? trace.hash : nil
    return Execution(machine: machine, ending: isOver ? .complete : .cutShort)
  }

  private mutating func step(_ machine: any Machine, _ random: inout SplitMix64) -> Bool {
    machine.collectRunnable(into: &runnable)
    guard !runnable.isEmpty else { return false }
    let thread = sampler.pick(runnable, machine, &random)
    let label = random.label(of: machine.labelCount(of: thread))
    choices.append(Choice(thread, label: label))
    guard wantsEvents else {
      machine.advance(thread, label: label)
      return true
    }
    let event = machine.step(thread, label: label)
    if keepsClasses { trace.append(event) }
    sampler.note(event, machine, &random)
    return true
  }
}

extension SplitMix64 {
  /// Draws a label: 0 every other time, else any.
  fileprivate mutating func label(of count: Int) -> Int {
    guard count > 1, pick(2) == 0 else { return 0 }
    return pick(count)
  }
}

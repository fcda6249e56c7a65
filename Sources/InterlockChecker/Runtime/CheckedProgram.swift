import Interlock

/// A body that is run again and again, and what its runs have in common.
final class CheckedProgram: Explorable {
  private let body: @Sendable () throws -> Void
  private let options: Exploration
  private let fibers = FiberPool()
  /// The world of the runs that nothing is written down of.
  private var usual: ControlledWorld?
  /// The world of the run made last, and whether it is the usual one.
  private var last: ControlledWorld?
  private var isUsual = false
  private let watch: Watch?

  /// Where the threads of all runs write down what they make, and what they do with variables if races are failures.
  private let accesses: AccessLog?
  private let memory: ExplorationMemory
  /// Goes up when names that were given to objects have become others.
  var generation: Int { memory.objects.generation }
  /// Whether the next runs write down what happens.
  var traces = false

  init(_ options: Exploration, _ body: @escaping @Sendable () throws -> Void) {
    self.options = options
    self.body = body
    watch = Watchdog.shared.begin(
      WatchRules.Limits(asleep: options.sleepLimit, computing: options.stepDuration)
    )
    accesses = AccessLog(hasAccesses: options.reportsRaces)
    memory = ExplorationMemory(accesses)
  }

  deinit {
    pause()
    if let watch { Watchdog.shared.end(watch) }
  }

  /// Whether a thread was kept waiting or asleep in some run though its time might have been over.
  var hasLimitedTimeouts: Bool { memory.hasLimitedTimeouts }

  /// Learns from the run made last; see ``ObjectNames``.
  func learn() { last?.learn() }

  /// The run made last counts; see ``Landmarks``.
  func countLandmarks(isFirstLook: Bool) { memory.landmarks.count(isFirstLook: isFirstLook) }

  /// Forgets which runs counted.
  func resetLandmarks() { memory.landmarks.reset() }

  /// What runs have come to.
  func landmarks(withFirstLooks: Bool) -> [Coverage.Landmark] {
    memory.landmarks.summary(withFirstLooks: withFirstLooks)
  }

  /// No run is made for a while, and the next one may be made by another thread.
  func pause() {
    last?.retire()
    usual?.retire()
    (last, usual) = (nil, nil)
  }

  /// What a thread stood before its step with this index, when it first came so far.
  func sight(of event: EventID) -> FirstSights.Sight? { memory.sights.sight(of: event) }

  /// Begins a run; the one before it is over.
  func begin() -> any Machine { beginRun() }

  /// The same, for who knows what it is.
  func beginRun() -> ControlledWorld {
    if let usual, !traces, isUsual {
      usual.close()
      usual.begin()
      return usual
    }
    last?.retire()
    let world = traces ? makeWorld() : usual ?? makeWorld()
    if !traces { usual = world }
    last = world
    isUsual = !traces
    world.begin()
    return world
  }

  private func makeWorld() -> ControlledWorld {
    ControlledWorld(
      memory: memory,
      fibers: fibers,
      options: options,
      accesses: accesses,
      traces: traces,
      body
    )
  }
}

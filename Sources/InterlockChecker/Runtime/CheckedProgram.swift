import Interlock

/// A body that is run again and again, and what its runs have in common.
final class CheckedProgram: Explorable {
  private let body: @Sendable () throws -> Void
  private let options: Exploration
  private let leftovers = Leftovers()
  private var last: ControlledWorld?

  private let names = NamesOfExploration()
  /// Goes up when names that were given to objects have become others.
  var generation: Int { names.objects.generation }
  /// Whether the next runs write down what happens.
  var traces = false

  init(_ options: Exploration, _ body: @escaping @Sendable () throws -> Void) {
    self.options = options
    self.body = body
  }

  deinit {
    last?.close()
  }

  /// Learns from the run made last; see ``ObjectNames``.
  func learn() { last?.learn() }

  /// Begins a run; the one before it is over.
  func begin() -> any Machine { beginRun() }

  /// The same, for who knows what it is.
  func beginRun() -> ControlledWorld {
    last?.close()
    let world = ControlledWorld(
      names: names,
      leftovers: leftovers,
      options: options,
      traces: traces,
      body
    )
    last = world
    return world
  }
}

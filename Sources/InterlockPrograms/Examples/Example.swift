import Interlock

/// The small programs of the lessons: each shows one thing, most of them with threads and with processes.
public enum Example: String, CaseIterable, Sendable {
  /// Threads are started, and what that costs.
  case threads
  /// Processes are started, and what that costs.
  case processes
  /// Several work, one waits for the result of each.
  case join
  /// Two take turns at a barrier.
  case redBlue = "red-blue"
  /// One fills an array, the other watches it.
  case sharedArray = "shared-array"
  /// Several work, one waits for all.
  case waitGroup = "wait-group"
  /// Two send a ball back and forth.
  case pingPong = "ping-pong"
  /// One makes things, the other uses them up.
  case producerConsumer = "producer-consumer"

  /// With what an example is run.
  public enum Mode: String, CaseIterable, Sendable {
    /// Threads of this process.
    case threads
    /// Other processes.
    case processes
  }

  /// With what it can be run, the usual way first.
  public var modes: [Mode] {
    switch self {
    case .threads: [.threads]
    case .processes: [.processes]
    case .join, .redBlue, .sharedArray, .waitGroup, .pingPong, .producerConsumer:
      [.threads, .processes]
    }
  }

  /// What it shows, in a line.
  public var summary: String {
    switch self {
    case .threads: "threads, who they are, and what it costs to start one"
    case .processes: "processes, who they are, and what it costs to start one"
    case .join: "several work, one waits for the result of each"
    case .redBlue: "red and blue take turns at a barrier"
    case .sharedArray: "one fills an array, the other watches it"
    case .waitGroup: "several work, one waits until all have done so"
    case .pingPong: "two send a ball back and forth"
    case .producerConsumer: "one makes things, the other uses them up"
    }
  }

  /// Runs the example.
  ///
  /// - Parameters:
  ///   - mode: With threads or with processes: one of ``modes``, otherwise it is run with the only one.
  ///   - note: Called with what happens, as it happens, one after the other.
  /// - Throws: ``ThreadError``, ``ProcessError`` or ``SharingError`` if the system lacks something.
  public func run(_ mode: Mode, note: (String) -> Void) throws {
    switch (self, mode) {
    case (.threads, _): try StartingThreads.run(note)
    case (.processes, _): try StartingProcesses.run(note)
    case (.join, .threads): try ThreadedJoin.run(note)
    case (.join, .processes): try ProcessJoin.run(note)
    case (.redBlue, .threads): try ThreadedRedBlue.run(note)
    case (.redBlue, .processes): try ProcessRedBlue.run(note)
    case (.sharedArray, .threads): try ThreadedSharedArray.run(note)
    case (.sharedArray, .processes): try ProcessSharedArray.run(note)
    case (.waitGroup, .threads): try ThreadedWaitGroup.run(note)
    case (.waitGroup, .processes): try ProcessWaitGroup.run(note)
    case (.pingPong, .threads): try ThreadedPingPong.run(note)
    case (.pingPong, .processes): try ProcessPingPong.run(note)
    case (.producerConsumer, .threads): try ThreadedProducerConsumer.run(note)
    case (.producerConsumer, .processes): try ProcessProducerConsumer.run(note)
    }
  }
}

import CPeers
import Glibc
import Interlock

/// Where the threads of a crew run.
///
/// What it costs that threads wait for each other depends on little else.
enum Placement: CaseIterable, CustomStringConvertible {
  /// Where the system likes; it may change its mind.
  case anywhere
  /// All on one CPU.
  case onOneCPU
  /// In turn on all the CPUs that the process may use.
  case acrossCPUs

  /// The end of the name of a benchmark.
  var suffix: String {
    switch self {
    case .anywhere: ""
    case .onOneCPU: "-on-one-cpu"
    case .acrossCPUs: "-across-cpus"
    }
  }

  /// The end of a sentence that says what is measured.
  var description: String {
    switch self {
    case .anywhere: ""
    case .onOneCPU: ", all on one CPU"
    case .acrossCPUs: ", spread across the CPUs"
    }
  }

  /// Puts the calling thread where it belongs.
  fileprivate func bind(_ thread: Int) {
    let isPossible =
      switch self {
      case .anywhere: true
      case .onOneCPU: crew_bind(0)
      case .acrossCPUs: crew_bind(Int32(thread))
      }
    if !isPossible { fatalError("the system does not let this process bind threads to CPUs") }
  }
}

/// Threads that start together.
///
/// There is one crew at a time.
struct Crew {
  private let handles: [ThreadHandle<Int, Never>]

  /// Starts the threads and lets them wait at the start line.
  ///
  /// - Parameters:
  ///   - threads: How many.
  ///   - placement: Where they run.
  ///   - body: What each does; it is given the thread's place, and returns how much it has done.
  /// - Throws: `ThreadError` if the system gives the process no other thread, ``Failure`` if it
  ///   has not enough CPUs.
  init(
    _ threads: Int,
    _ placement: Placement,
    body: @escaping @Sendable (_ thread: Int) -> Int
  ) throws {
    if placement == .acrossCPUs, crew_cpu_count() < 2 { throw Failure("there is only one CPU") }
    crew_prepare(Int32(threads + 1))
    handles = try (0..<threads).map { thread in
      try spawn {
        placement.bind(thread)
        crew_arrive()
        return body(thread)
      }
    }
  }

  /// Lets them go.
  func start() -> Stopwatch {
    let stopwatch = Stopwatch()
    crew_arrive()
    return stopwatch
  }

  /// Ends the time of threads that look at ``isStopped``.
  func stop(after seconds: Double) {
    usleep(UInt32(seconds * 1e6))
    crew_stop()
  }

  /// Whether the crew's time is over.
  @inline(__always)
  static var isStopped: Bool { crew_is_stopped() }

  /// Waits until they have finished.
  ///
  /// - Returns: How much they have done, all together.
  @discardableResult
  func join() -> Int {
    handles.reduce(0) { $0 + $1.join() }
  }
}

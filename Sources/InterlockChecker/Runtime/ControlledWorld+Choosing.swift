import Interlock

/// Choices that the body leaves to the search.
extension ControlledWorld {
  /// The execution that the calling thread belongs to; `nil` if it belongs to none.
  static var current: ControlledWorld? { Seam.watchingWorld as? ControlledWorld }

  /// Chooses on behalf of the running thread.
  ///
  /// - Parameters:
  ///   - count: How many possibilities there are.
  ///   - action: What the thread calls.
  ///   - describe: What a possibility is called in a report.
  /// - Returns: The possibility, from 0.
  func choose(of count: Int, _ action: String, _ describe: (Int) -> String) -> Int {
    guard count > 1 else { return 0 }
    return withRunning { thread in
      // In the middle of an operation, as in the closure of a `Once`, it is as if the thread slept there.
      if let operation = thread.operation { leave(operation, by: thread, succeeded: true) }
      trace?.approach(thread)
      choosing += 1
      suspend(thread, before: .choice(count: count), .open)
      choosing -= 1
      trace?.describe(action, result: describe(thread.label))
      if let operation = thread.operation { enter(operation, by: thread) }
      return thread.label
    } ?? 0
  }
}

extension Exploration {
  /// Makes the execution of the calling thread fail, without ending the thread.
  ///
  /// What it does before its next step means nothing any more, and nothing comes after.
  ///
  /// - Parameter error: What went wrong.
  /// - Returns: Whether there was such an execution.
  package static func failExecution(with error: any Error) -> Bool {
    // What comes after the end of an execution is no part of it.
    if EndingWorld.isCurrent { return true }
    guard let world = ControlledWorld.current else { return false }
    world.fail(.threw(error))
    return true
  }
}

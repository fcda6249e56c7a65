import Interlock

/// One of the numbers from 0 up to `count`, each of which is tried.
///
/// Use it inside of an exploration for what is not a matter of schedules: which request comes, whether a
/// file is there, how much room a queue has. Every value is tried together with every schedule that
/// matters after it. 0 should stand for the simplest case: a counterexample has it wherever it can.
///
///     try explore {
///       let queue = BlockingQueue<Int>(capacity: 1 + choose(of: 3))
///       let producer = try spawn { for number in 0..<4 { try queue.put(number) } }
///       for number in 0..<4 { try require(queue.take() == number) }
///       try producer.join()
///     }
///
/// A choice is a step of the thread, and part of the schedule.
///
/// - Parameter count: How many values there are, at least 1.
/// - Returns: The value.
/// - Precondition: The thread belongs to an execution of ``explore(strategy:_:)`` or its relatives.
public func choose(of count: Int) -> Int {
  guard count > 0 else {
    misuse("choose(of: \(count)): there is nothing to choose from; the count is 1 or more.")
  }
  if EndingWorld.isCurrent { return 0 }
  return chooser("choose(of: \(count))").choose(of: count, "choose(of: \(count))") { String($0) }
}

/// One of some values, each of which is tried.
///
///     let greeting = choose(from: ["", "hello", "grüß Gott"])
///
/// See ``choose(of:)``; the first value should be the simplest.
///
/// - Parameter values: What to choose from, at least one.
/// - Returns: One of them.
/// - Precondition: The thread belongs to an execution of ``explore(strategy:_:)`` or its relatives.
public func choose<Values: Collection>(from values: Values) -> Values.Element {
  guard !values.isEmpty else {
    misuse("choose(from:): there is nothing to choose from; give it one value at least.")
  }
  if EndingWorld.isCurrent { return values[values.startIndex] }
  let place = chooser("choose(from:)").choose(of: values.count, "choose(from:)") {
    "\(values[values.index(values.startIndex, offsetBy: $0)])"
  }
  return values[values.index(values.startIndex, offsetBy: place)]
}

/// The execution that the calling thread belongs to.
private func chooser(_ call: String) -> ControlledWorld {
  guard let world = ControlledWorld.current else {
    misuse("\(call): nobody explores this thread; call it in the body of an exploration only.")
  }
  return world
}

import Interlock

/// Expects that something is so in some execution, though not in all.
///
/// Use it beside ``require(_:_:fileID:line:)``, against tests that are green because they never come to
/// where it gets difficult. An exploration that has tried everything, and in no execution of which it was
/// so, throws a ``Counterexample`` of the kind ``Counterexample/Kind/unreached``; one that has not tried
/// everything says in its ``Coverage`` what was reached, and how often.
///
///     try explore {
///       let queue = BlockingQueue<Int>(capacity: 1)
///       let producer = try spawn { for number in 0..<2 { try queue.put(number) } }
///       sometimes(queue.count == 1, "the queue is full")
///       for _ in 0..<2 { try require(queue.take() != nil) }
///       try producer.join()
///     }
///
/// It must be called to be known: put it where executions pass, and say in the condition what is special.
/// Outside of explorations it does nothing.
///
/// - Parameters:
///   - condition: What is so sometimes.
///   - name: What to call it; the same name in several places is one expectation.
public func sometimes(_ condition: Bool, _ name: String) {
  ControlledWorld.current?.memory.landmarks.pass(name, isReached: condition)
}

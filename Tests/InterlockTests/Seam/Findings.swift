@testable import Interlock

/// What was found wrong in one run, by whichever thread.
final class Findings: Sendable {
  private let lines = Mutex<[String]>([])

  var wrong: [String] { lines.withLock { $0 } }

  func callAsFunction(_ isRight: Bool, line: Int = #line) {
    if !isRight { lines.withLock { $0.append("line \(line)") } }
  }
}

extension BlockingQueue {
  /// Puts elements until the queue is closed, or its world is stuck.
  ///
  /// - Returns: Those that it did not take.
  func putAll(_ elements: [Element]) -> [Element] {
    var refused: [Element] = []
    for element in elements {
      do throws(QueueClosed<Element>) {
        if let element = try put(element, until: .never) { refused.append(element) }
      } catch {
        if let element = error.refused { refused.append(element) }
      }
    }
    return refused
  }

  /// Takes elements until the queue is closed, or its world is stuck.
  func takeMany(_ count: Int) -> [Element] {
    var taken: [Element] = []
    while taken.count < count, let element = (try? take(until: .never)) ?? nil {
      taken.append(element)
    }
    return taken
  }

  func taskDone(_ count: Int, unlessZero: Bool) {
    if count > 0 || !unlessZero { taskDone(count) }
  }
}

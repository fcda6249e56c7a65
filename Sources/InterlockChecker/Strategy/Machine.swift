/// One run of a program, which somebody else drives step by step.
///
/// The searches know programs only by this face: the checker's runtime wears it, and so do the small
/// models in the tests. A thread is either at a pending event, which it was before it ran, or has ended.
/// Code between events belongs to the event before it.
///
/// Whoever drives a machine steps only threads that are ``Standing/runnable``. Given the same choices,
/// every run of one program has the same events: numbers of threads and of objects are the same in all
/// runs, count from 0, and do not depend on the schedule.
package protocol Machine: AnyObject {
  /// Numbers of threads are below this; it grows when threads are started.
  var threadCount: Int { get }

  /// What a thread can do now.
  func standing(of thread: Int) -> Standing

  /// The event that a thread comes to next, as if it happened now with label 0.
  ///
  /// - Precondition: The thread stands at one.
  func pending(_ thread: Int) -> Event

  /// How a thread came to be, which is the same in all runs.
  func origin(of thread: Int) -> ThreadOrigin

  /// How many labels the pending event of a thread that is runnable has now.
  func labelCount(of thread: Int) -> Int

  /// Lets a thread do its pending event, and run to the next one.
  func step(_ thread: Int, label: Int) -> Event

  /// The same for whoever need not know which event it was, which is faster.
  func advance(_ thread: Int, label: Int)

  /// The threads that can run, in ascending order.
  func collectRunnable(into threads: inout ThreadNumbers)
}

extension Machine {
  package func advance(_ thread: Int, label: Int) { _ = step(thread, label: label) }
}

/// What a thread of a machine can do.
package enum Standing: Hashable, Sendable {
  /// Was not started, or has ended.
  case absent
  /// Can do its pending event.
  case runnable
  /// Could, if an object were free.
  case blocked
  /// Waits for an event of another thread: a signal, or its end.
  case waiting
  /// Could go on, but does not, because the run has failed and is over.
  case stopped
}

/// How a thread came to be.
package struct ThreadOrigin: Hashable, Sendable {
  /// The number of the thread that started it; `nil` if it was there from the beginning.
  package let parent: Int?
  /// How many its parent had started before, or how many were there before it.
  package let ordinal: Int

  /// The thread that `parent` started after `ordinal` others.
  package init(parent: Int?, ordinal: Int) {
    self.parent = parent
    self.ordinal = ordinal
  }
}

/// A program that can be run again and again.
package protocol Explorable {
  /// Begins a run; the one before it is not used any more.
  func begin() -> any Machine
}

extension Machine {
  package func collectRunnable(into threads: inout ThreadNumbers) {
    threads.removeAll()
    for thread in 0..<threadCount where standing(of: thread) == .runnable { threads.append(thread) }
  }

  /// Who goes on if nobody is interrupted.
  ///
  /// The thread that ran last does, unless it let others go first; else the next one that can run.
  ///
  /// - Parameters:
  ///   - last: The event that happened last.
  ///   - fromTop: Whether to look for the next one from the highest number down.
  /// - Returns: The thread, or `nil` if nobody can run.
  func calmThread(after last: Event?, fromTop: Bool = false) -> Int? {
    if let last, !last.isYield, standing(of: last.thread) == .runnable { return last.thread }
    let count = threadCount
    let start = last?.nextInTurn ?? 0
    for offset in start..<start + count {
      let thread = offset < count ? offset : offset - count
      let candidate = fromTop ? count - 1 - thread : thread
      if standing(of: candidate) == .runnable { return candidate }
    }
    return nil
  }

  /// Whether some thread could have done more, had the run not failed.
  var hasStopped: Bool {
    for thread in 0..<threadCount where standing(of: thread) == .stopped { return true }
    return false
  }

  /// Whether some thread can run.
  var canGoOn: Bool {
    for thread in 0..<threadCount where standing(of: thread) == .runnable { return true }
    return false
  }
}

extension Machine {
  /// Lets a thread make a step, if it can.
  func follow(_ choice: Choice, at step: Int) throws(Divergence) -> Event {
    let standing =
      choice.thread < threadCount ? self.standing(of: choice.thread) : .absent
    guard standing == .runnable else {
      throw Divergence(step: step, expected: choice, reason: .notRunnable(standing))
    }
    if choice.label > 0 {
      let count = labelCount(of: choice.thread)
      guard choice.label < count else {
        throw Divergence(step: step, expected: choice, reason: .noSuchLabel(count: count))
      }
    }
    return self.step(choice.thread, label: choice.label)
  }

  /// Does again what an earlier run did, and checks that the program does the same.
  func follow(_ trace: Trace) throws(Divergence) {
    for step in 0..<trace.count {
      let expected = trace.events[step]
      guard try follow(expected.choice, at: step) == expected else {
        throw Divergence(step: step, expected: expected.choice, reason: .differentEvent)
      }
    }
  }
}

/// What a schedule says about one step.
package struct Choice: Hashable, Sendable {
  /// Who goes on.
  package let thread: Int
  /// Which of the possibilities of its event is chosen.
  package let label: Int

  /// A step of `thread`.
  package init(_ thread: Int, label: Int = 0) {
    self.thread = thread
    self.label = label
  }
}

extension Event {
  /// What a schedule says to get here.
  var choice: Choice { Choice(thread, label: Int(label)) }

  /// From which thread on to look for one that goes on.
  ///
  /// Threads that let others go first take turns, so that two of them do not keep a third one waiting.
  var nextInTurn: Int { isYield ? thread + 1 : 0 }
}

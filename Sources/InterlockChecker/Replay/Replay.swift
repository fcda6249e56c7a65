/// Makes a run that a schedule describes.
package struct Replay {
  /// What a run turned out to be.
  package struct Run {
    /// The run, at its end or where it diverged.
    package let machine: any Machine
    /// The steps that it made.
    package fileprivate(set) var choices: [Choice] = []
    /// How often a thread was interrupted: another one went on although it could.
    package fileprivate(set) var preemptions = 0
    /// Where it departed from the schedule, if it was to be followed strictly.
    package fileprivate(set) var divergence: Divergence?

    fileprivate private(set) var last: Event?

    fileprivate init(_ machine: any Machine) {
      self.machine = machine
    }

    fileprivate mutating func step(_ choice: Choice) throws(Divergence) {
      let isInterruption =
        last.map { last in
          last.thread != choice.thread && !last.isYield
            && machine.standing(of: last.thread) == .runnable
        } ?? false
      last = try machine.follow(choice, at: choices.count)
      choices.append(choice)
      if isInterruption { preemptions += 1 }
    }
  }

  /// Follows a schedule step by step, and stops where the program does not.
  ///
  /// - Parameters:
  ///   - schedule: What to do.
  ///   - program: What to run.
  /// - Returns: The run; its ``Run/divergence`` says where the program departed from the schedule.
  package static func follow(_ schedule: Schedule, _ program: some Explorable) -> Run {
    var run = Run(program.begin())
    var numbers: [Int?] = Array(repeating: nil, count: schedule.threads.count)
    do throws(Divergence) {
      for choice in schedule.choices {
        let thread = numbers[choice.thread] ?? run.machine.find(choice.thread, schedule, numbers)
        numbers[choice.thread] = thread
        // A thread that is not there has a number that no thread has.
        try run.step(Choice(thread ?? .max, label: choice.label))
      }
      if run.machine.canGoOn {
        let last = schedule.choices.last ?? Choice(0)
        throw Divergence(step: run.choices.count, expected: last, reason: .notOver)
      }
    } catch {
      run.divergence = error
    }
    return run
  }

  /// Follows blocks as far as they go, leaving out what is not possible.
  ///
  /// Then the run goes on to its end without interruptions.
  ///
  /// - Parameters:
  ///   - blocks: What to do.
  ///   - program: What to run.
  ///   - highest: Whether, of those that can go on, the thread with the highest number does.
  ///   - stepLimit: How many steps the run may have.
  /// - Returns: The run.
  static func follow(
    leniently blocks: [Block],
    _ program: some Explorable,
    highest: Bool = false,
    stepLimit: Int = StepLimit.standard
  ) -> Run {
    var run = Run(program.begin())
    do throws(Divergence) {
      for block in blocks {
        for label in block.labels where run.choices.count < stepLimit {
          guard run.machine.canStep(block.thread) else { break }
          let isThere = label < run.machine.labelCount(of: block.thread)
          try run.step(Choice(block.thread, label: isThere ? label : 0))
        }
      }
      while run.choices.count < stepLimit,
        let thread = run.machine.calmThread(after: run.last, fromTop: highest)
      {
        try run.step(Choice(thread))
      }
    } catch {
      run.divergence = error
    }
    return run
  }
}

extension Machine {
  fileprivate func canStep(_ thread: Int) -> Bool {
    thread < threadCount && standing(of: thread) == .runnable
  }

  /// The number that a thread of a schedule has here, if it was started.
  fileprivate func find(_ place: Int, _ schedule: Schedule, _ numbers: [Int?]) -> Int? {
    let wanted = schedule.threads[place]
    var parent: Int?
    if let known = wanted.parent {
      guard let number = numbers[known] else { return nil }
      parent = number
    }
    let origin = ThreadOrigin(parent: parent, ordinal: wanted.ordinal)
    return (0..<threadCount).first { standing(of: $0) != .absent && self.origin(of: $0) == origin }
  }
}

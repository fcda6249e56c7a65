import Interlock

/// The steps that threads do again and again at the end of an execution that does not end.
struct Circle {
  /// The first step of the first time.
  let start: Int
  /// How many steps it has.
  let length: Int
  /// How often they are done.
  let turns: Int

  /// How many steps a circle may have.
  private static let lengthLimit = 500
  /// How often it must have been gone round to be taken for one.
  private static let leastTurns = 3

  /// Finds the shortest circle at the end.
  ///
  /// Steps are the same if they are of one thread, in one place of its code, do the same and have the same result.
  ///
  /// - Returns: `nil` if the end does not repeat itself.
  init?(_ trace: ExecutionTrace) {
    var known: [Signature: Int] = [:]
    let steps = trace.steps.map { step in
      let signature = Signature(step)
      let number = known[signature] ?? known.count
      known[signature] = number
      return number
    }
    for length in 1..<max(2, min(Self.lengthLimit, steps.count / Self.leastTurns)) {
      guard let last = steps.indices.last(where: { $0 < length || steps[$0] != steps[$0 - length] })
      else { return nil }
      // The step after `last` is the first one that repeats another.
      let start = last + 1 - length
      let turns = start < 0 ? 0 : (steps.count - start) / length
      guard turns >= Self.leastTurns else { continue }
      (self.start, self.length, self.turns) = (start, length, turns)
      return
    }
    return nil
  }

  private struct Signature: Hashable {
    let thread: Int
    let action: String
    let result: String
    let addresses: [UInt]

    init(_ step: ExecutionTrace.Step) {
      (thread, action, result) = (step.thread, step.action, step.result)
      addresses = step.stack?.addresses ?? []
    }
  }
}

// In words.
extension Circle {
  /// How many steps of a circle are named.
  private static let shownSteps = 6

  /// The steps of one turn.
  var turn: Range<Int> { start..<start + length }

  /// Who goes round, and what they do.
  func words(_ trace: ExecutionTrace) -> String {
    var names: [String] = []
    for step in trace.steps[turn] where !names.contains(trace.name(step.thread)) {
      names.append(trace.name(step.thread))
    }
    let calls = turn.prefix(Self.shownSteps).map { place in
      let step = trace.steps[place]
      let result = step.result.isEmpty ? "" : ": \(step.result)"
      let who = names.count > 1 ? "\(trace.name(step.thread)) " : ""
      return who + step.action + trace.place(of: place, after: "at") + result
    }
    let rest = length > Self.shownSteps ? "; and \(length - Self.shownSteps) more" : ""
    return names.joined(separator: " and ") + (names.count == 1 ? " goes" : " go")
      + " round in circles, \(turns) times: " + calls.joined(separator: "; ") + rest
  }

  /// What a table leaves out: all turns but the first two.
  func folds(_ steps: Int) -> [StepFold] {
    let shown = start + 2 * length
    guard steps > shown else { return [] }
    let words =
      length == 1
      ? "… the same step \(turns - 2) times more" : "… the same steps \(turns - 2) times more"
    return [StepFold(steps: shown..<steps, words: words)]
  }
}

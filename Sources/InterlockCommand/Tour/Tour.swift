import Interlock
import InterlockChecker
import InterlockPrograms
import InterlockScenarios

/// The tour: a story, a race, and a speed-up, measured here and now.
struct Tour {
  private let page = Page()

  private static let runs = 10_000
  private static let patience = Duration.seconds(3)
  private static let rounds = 3

  /// Goes through it, from beginning to end.
  func run() throws {
    try Output.print("Interlock: parallel programs that are right, and some that are wrong.")
    try outage()
    try everySchedule()
    try fix()
    try deadlock()
    let sample = try TourSample.collect()
    defer { sample.remove() }
    try letters(sample)
    try whatNext()
  }

  private func outage() throws {
    try page.heading("1. An outage")
    for text in OutageStory.opening { try page.paragraph(text) }
    try page.block([
      "func order() -> Bool {",
      "  guard stock.value > 0 else { return false }   // look",
      "  stock.value -= 1                              // take",
      "  return true",
      "}",
    ])
    try page.paragraph(
      "Here is that store. In each run three customers order the last two items, now, on this machine:"
    )
    try Output.print()
    let verdict = try runs(.racy)
    try page.paragraph(
      verdict.failures == 0
        ? "Every run passed. " + OutageStory.moral
        : """
        This machine is one of the few where the bug shows, once in \
        \(Quantity.count(verdict.runs / verdict.failures)) runs. \(OutageStory.moral)
        """
    )
  }

  private func everySchedule() throws {
    try page.heading("2. Every schedule")
    try page.paragraph(
      """
      The checker does not wait for luck. It runs the same code, but decides itself who goes next, and \
      tries every order that makes a difference: two customers, one item.
      """
    )
    let (result, line) = try check("outage-racy")
    try page.block([line])
    guard case .refuted(let example) = result.outcome else { return }
    try page.block(
      example.steps.filter { $0.action.contains("PlainCell") }.map { step in
        "\(step.thread) \(step.action): \(step.result)"
      }
    )
    try page.paragraph(
      """
      Both customers look before either takes. `interlock check outage-racy` shows all of it, and prints \
      the schedule with which a test sees it again.
      """
    )
  }

  /// Checks a scenario, and says in a line what came of it.
  private func check(_ name: String) throws -> (Scenario.Result, String) {
    guard let scenario = Scenario.named(name) else { throw Failure("there is no scenario \(name)") }
    let start = Deadline.now
    let result = scenario.check(Exploration())
    let time = Quantity.seconds(Deadline.now - start)
    switch result.outcome {
    case .covered(let coverage): return (result, "\(name): \(coverage), \(time)")
    case .refuted(let example):
      return (result, "\(name): refuted in execution \(example.executions), \(time)")
    }
  }

  private func deadlock() throws {
    try page.heading("4. A deadlock, named")
    try page.paragraph(
      """
      Two robots share two tools. Each takes one and waits for the other, but only if they meet in that \
      very moment. The checker makes them meet:
      """
    )
    let (result, line) = try check("robots-deadlocking")
    try page.block([line])
    if case .refuted(let example) = result.outcome {
      try page.paragraph(example.summary.prefix(1).uppercased() + example.summary.dropFirst() + ".")
    }
    try page.paragraph("If both take the tools in the same order, that cannot be:")
    try page.block([try check("robots-ordered").1])
  }

  private func fix() throws {
    try page.heading("3. The fix")
    try page.paragraph(
      """
      Looking and taking must be one step. A mutex makes them one: while a customer is between the \
      two, the others wait.
      """
    )
    try page.block([
      "func order() -> Bool {",
      "  stock.withLock { stock in",
      "    guard stock > 0 else { return false }",
      "    stock -= 1",
      "    return true",
      "  }",
      "}",
    ])
    try Output.print()
    _ = try runs(.fixed)
    try page.paragraph(
      """
      From outside the two stores look alike. What makes this one right is not that it has passed, \
      but that no order of events exists in which it fails:
      """
    )
    try page.block([try check("outage-fixed").1])
  }

  private func runs(_ mode: Outage.Mode) throws -> Outage.Verdict {
    let start = Deadline.now
    let verdict = try Outage().run(mode, times: Self.runs, until: start + Self.patience)
    try page.result(
      "\(mode.rawValue) store",
      "\(Quantity.count(verdict.runs, "run")), \(Quantity.count(verdict.failures, "failure")), "
        + Quantity.seconds(Deadline.now - start)
    )
    return verdict
  }

  private func letters(_ sample: TourSample) throws {
    try page.heading("5. The same mistake, where it shows")
    let size =
      "\(Quantity.bytes(sample.count.bytes)) in \(Quantity.count(sample.count.files, "file"))"
    try page.paragraph(
      sample.isGenerated
        ? "This machine has few texts of its own, so here are \(size) of a generated one."
        : "This machine has texts of its own: \(size), in \(sample.inputs.joined(separator: ", "))."
    )
    try page.paragraph(
      """
      How many letters are in them? One thread counts. Then several threads share one count, and \
      each reads it, adds what it has found, and stores it back: looking and taking, again and again.
      """
    )
    try Output.print()
    let sequential = try Measurement(.sequential, sample.inputs)
    try show(sequential, "one thread")
    let racy = try Measurement(.racy, sample.inputs)
    try show(racy, "\(racy.workers) threads, racy")
    try page.paragraph(
      racy.report.isCorrect
        ? "The racy count is right, for once. Nothing but luck made it so."
        : """
        The racy count lost \(Quantity.count(racy.report.lost, "letter")), \
        \(percent(racy.report.lost, of: racy.report.correct.total)) of them. Nothing crashed, and \
        nothing complained.
        """
    )
    try speedUp(sample, sequential)
  }

  private func speedUp(_ sample: TourSample, _ sequential: Measurement) throws {
    try page.heading("6. Right, and fast")
    try page.paragraph(
      "Now every thread has a count of its own, and the sums are made in the end. Nothing is shared:"
    )
    try Output.print()
    // In turns, so that whatever else the machine does disturbs both.
    var one = sequential
    var many = try Measurement(.threads, sample.inputs)
    for _ in 1..<Self.rounds {
      one = min(one, try Measurement(.sequential, sample.inputs))
      many = min(many, try Measurement(.threads, sample.inputs))
    }
    try show(one, "one thread")
    try show(many, Quantity.count(many.workers, "thread"))
    try page.paragraph(
      many.report.count.counts == one.report.count.counts
        ? "The same letters. " + Self.explanation(of: one.duration / many.duration, many.workers)
        : "Not the same letters: some files have changed meanwhile. Try again."
    )
  }

  private static func explanation(of factor: Double, _ workers: Int) -> String {
    if workers == 1 {
      return "This process may use one CPU only, so more threads would take turns and win nothing."
    }
    let times = "\(Quantity.decimal(factor, places: 2)) times as fast"
    // Half of what is there to be won, and nearly nothing of it.
    if factor > 1 + Double(workers - 1) / 2 {
      return "With \(workers) CPUs the threads were \(times)."
    }
    if factor > 1.1 {
      return """
        The threads were \(times), not \(workers) times: they share the way to the files, and the \
        \(workers) CPUs with whatever else runs here.
        """
    }
    return """
      The threads were \(times), which is nothing won: there are \(workers) CPUs, but other programs \
      keep this one from using them, or the files are read no faster. Try again when it is quiet.
      """
  }

  private func show(_ measurement: Measurement, _ label: String) throws {
    let rate = Double(measurement.report.count.bytes) / max(measurement.duration.inSeconds, 1e-9)
    try page.result(
      label,
      "\(Quantity.count(measurement.report.count.total, "letter")), "
        + "\(Quantity.seconds(measurement.duration)), \(Quantity.bytes(UInt64(rate)))/s"
    )
  }

  private func percent(_ part: UInt64, of whole: UInt64) -> String {
    "\(Quantity.decimal(Double(part) / Double(max(whole, 1)) * 100, places: 1)) %"
  }

  private func whatNext() throws {
    try page.heading("What next")
    try page.block([
      "interlock check --all              every program, under every schedule",
      "interlock trains --mode deadlocking   four trains that stop for ever",
      "interlock bank --mode racy         where does the money go?",
      "interlock bank --mode condition    the same account, never overdrawn",
      "interlock letters ~/Documents      the letters of your own files",
      "interlock outage --runs 100000     ten times as many runs",
      "interlock --help                   everything else",
    ])
  }
}

/// One count and how long it took.
private struct Measurement {
  let report: LetterReport
  let workers: Int
  let duration: Duration

  init(_ mode: LetterCounter.Mode, _ inputs: [String]) throws {
    let counter = LetterCounter(mode: mode)
    let start = Deadline.now
    report = try counter.count(inputs)
    duration = Deadline.now - start
    workers = counter.workers
  }
}

/// The quicker of two.
private func min(_ left: Measurement, _ right: Measurement) -> Measurement {
  right.duration < left.duration ? right : left
}

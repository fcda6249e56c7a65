import Testing

@testable import InterlockChecker

@Suite struct ScheduleTests {
  @Test func `a schedule is the same after it was written and read`() throws {
    for number in UInt64(1)...300 {
      var dice = SplitMix64(seed: 5, strategy: 0, run: number)
      let program = ModelProgram.random(&dice)
      var search = SampledSearch(program, .randomWalk, seed: number)
      guard let execution = search.next() else { continue }
      let schedule = Schedule(search.choices, execution.machine)
      let text = schedule.description
      #expect(try Schedule(parsing: text) == schedule)
      #expect(text.allSatisfy { $0.isASCII && ($0.isNumber || $0.isLowercase) })
      let run = Replay.follow(schedule, program)
      #expect(run.divergence == nil)
      #expect(run.choices == search.choices)
      let first = (execution.machine as? ModelMachine)?.outcome
      let second = (run.machine as? ModelMachine)?.outcome
      #expect(first == second)
    }
  }

  @Test func `large numbers and the empty schedule are written and read`() throws {
    let empty = Schedule(threads: [], choices: [])
    #expect(try Schedule(parsing: empty.description) == empty)
    let threads = [Schedule.Origin(parent: nil, ordinal: 0), .init(parent: 0, ordinal: 70_000)]
    let choices = [Choice(0), Choice(1, label: 12_345), Choice(1), Choice(1, label: 17), Choice(0)]
    let large = Schedule(
      threads: threads,
      choices: choices + Array(repeating: Choice(1), count: 9_999)
    )
    #expect(try Schedule(parsing: large.description) == large)
    #expect(large.description.count < 60)
  }

  @Test(arguments: [
    ("", ScheduleError.Reason.notASchedule),
    ("12001022", .notASchedule),
    ("s9abc", .unknownVersion("9")),
    ("s1-0000", .unexpectedCharacter("-", offset: 2)),
    ("s1zzzzzz", .unexpectedCharacter("z", offset: 2)),
    ("s1", .truncated),
    ("s100000", .wrongChecksum),
  ])
  func `garbage is refused, and why is said`(_ text: String, _ reason: ScheduleError.Reason) {
    #expect(throws: ScheduleError(reason: reason)) { try Schedule(parsing: text) }
    #expect(Schedule(text) == nil)
    #expect(!ScheduleError(reason: reason).description.isEmpty)
  }

  @Test func `a text with one character changed or missing is refused`() {
    let threads = [Schedule.Origin(parent: nil, ordinal: 0), .init(parent: nil, ordinal: 1)]
    let choices = (0..<40).map { Choice($0 / 3 % 2, label: $0 % 5 == 0 ? 2 : 0) }
    let text = Array(Schedule(threads: threads, choices: choices).description)
    for place in text.indices {
      var shorter = text
      shorter.remove(at: place)
      // Of characters that are alike, it does not matter which one is missing.
      #expect(Schedule(String(shorter)) == nil)
      var changed = text
      changed[place] = text[place] == "0" ? "1" : "0"
      #expect(Schedule(String(changed)) == nil)
    }
  }

  @Test func `where a program departs from a schedule is said`() throws {
    var search = SampledSearch(KnownBug.lostWakeUp.program, .randomWalk, seed: 1)
    let made = search.next()
    let execution = try #require(made)
    let schedule = Schedule(search.choices, execution.machine)
    let longer = ModelProgram("longer", KnownBug.lostWakeUp.program.threads.map { $0 + [.read(0)] })
    let other = Replay.follow(schedule, longer).divergence
    #expect(other != nil)
    let shorter = ModelProgram("shorter", KnownBug.lostWakeUp.program.threads.map { [$0[0]] })
    let missing = Replay.follow(schedule, shorter).divergence
    #expect(missing?.reason == .notRunnable(.absent))
  }
}

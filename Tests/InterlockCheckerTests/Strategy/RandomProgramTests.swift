import InterlockChecker
import Testing

@Suite struct RandomProgramTests {
  /// A small program each; the search and brute force must agree.
  @Test(arguments: 0..<6)
  func `every class of a random program is run, and once`(_ part: Int) {
    var tried = 0
    var number: UInt64 = 0
    while tried < scheduleCount(orElse: 300) / 6 {
      number += 1
      var dice = SplitMix64(seed: 1, strategy: UInt64(part), run: number)
      let program = ModelProgram.random(&dice)
      let expected = BruteForce(program, limit: 3_000)
      guard expected.isFinished else { continue }
      tried += 1
      let orders: [SplitMix64?] = [nil, dice]
      for order in orders {
        let tally = Tally(program, random: order)
        #expect(tally.asleep == 0, "program \(number) of part \(part)")
        #expect(tally.executions == expected.classes.count, "program \(number) of part \(part)")
        #expect(tally.classes == expected.classes, "program \(number) of part \(part)")
        #expect(tally.outcomes == expected.outcomes, "program \(number) of part \(part)")
      }
    }
  }

  /// Searches that were wrong about one thing lost classes here.
  ///
  /// In the first, readers are inside together; in the second, plans are for an event that is a consequence of
  /// what they leave out.
  @Test(arguments: [UInt64(282), 787])
  func `no class is lost in programs that are hard`(_ number: UInt64) {
    var dice = SplitMix64(seed: 3, strategy: 99, run: number)
    let program = ModelProgram.random(&dice)
    let expected = BruteForce(program, limit: 20_000)
    let tally = Tally(program)
    #expect(tally.asleep == 0)
    #expect(tally.executions == expected.classes.count)
    #expect(tally.classes == expected.classes)
  }

  @Test func `no order of steps has an outcome that the search misses`() {
    var tried = 0
    var number: UInt64 = 0
    while tried < scheduleCount(orElse: 60) / 2 {
      number += 1
      var dice = SplitMix64(seed: 2, strategy: 0, run: number)
      let program = ModelProgram.random(&dice)
      guard let outcomes = BruteForce.outcomesOfAllOrders(of: program, limit: 3_000) else {
        continue
      }
      tried += 1
      #expect(Tally(program).outcomes == outcomes, "program \(number)")
    }
  }

  @Test(arguments: 0...2)
  func `a bounded search reaches the classes of all schedules within the bound`(_ bound: Int) {
    var tried = 0
    var number: UInt64 = 0
    while tried < scheduleCount(orElse: 40) / 2 {
      number += 1
      var dice = SplitMix64(seed: 3, strategy: 0, run: number)
      let program = ModelProgram.random(&dice)
      guard BruteForce(program, limit: 300).isFinished else { continue }
      tried += 1
      let expected = BruteForce.classes(of: program, bound: bound)
      let found = BoundedSearch(program, bound: bound).allClasses()
      #expect(found.classes == expected.classes, "program \(number)")
      #expect(found.runs <= expected.runs, "program \(number)")
    }
  }
}

extension BoundedSearch {
  /// The classes of all runs, and how many there were.
  func allClasses() -> (classes: Set<ClassHash>, runs: Int) {
    var search = self
    var classes: Set<ClassHash> = []
    while search.next() != nil { classes.insert(search.classHash) }
    return (classes, search.executions)
  }
}

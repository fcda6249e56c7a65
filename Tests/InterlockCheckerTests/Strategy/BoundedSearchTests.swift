import InterlockChecker
import Testing

@Suite struct BoundedSearchTests {
  /// Classes of all schedules within the bound, in the reference model.
  @Test(arguments: [(1, 7), (2, 7)])
  func `philosophers with few preemptions`(_ bound: Int, _ classes: Int) {
    let program = ModelProgram.philosophers(3)
    let found = BoundedSearch(program, bound: bound).allClasses()
    let plain = BruteForce.classes(of: program, bound: bound)
    #expect(found.classes == plain.classes)
    #expect(found.classes.count <= classes)
    #expect(found.runs < plain.runs)
  }

  @Test func `without preemptions only the order of threads is tried`() {
    let found = BoundedSearch(ModelProgram.increments(threads: 3, each: 2), bound: 0).allClasses()
    #expect(found.classes.count == 6)
  }

  @Test func `without a cache it finds the same`() {
    let program = ModelProgram.loadStore(threads: 3)
    let cached = BoundedSearch(program, bound: 2).allClasses()
    let plain = BoundedSearch(program, bound: 2, cacheLimit: 0).allClasses()
    #expect(cached.classes == plain.classes)
    #expect(cached.runs < plain.runs)
    #expect(plain.runs == BruteForce.classes(of: program, bound: 2).runs)
  }

  @Test(arguments: KnownBug.shallow)
  func `a failure needs as many preemptions as are known, and no fewer`(_ bug: KnownBug) {
    var least: Int?
    for bound in 0...bug.preemptions where least == nil {
      var search = BoundedSearch(bug.program, bound: bound)
      while least == nil, let execution = search.next() {
        if bug.isFailing(execution.machine) { least = bound }
      }
    }
    #expect(least == bug.preemptions)
  }
}

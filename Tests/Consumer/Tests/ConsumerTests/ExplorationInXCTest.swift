import Interlock
import InterlockChecker
import XCTest

final class ExplorationInXCTest: XCTestCase {
  /// As the documentation says to write it: what goes wrong would be reported at this line.
  func testWhatIsCorrect() {
    XCTAssertNoThrow(
      try explore {
        let balance = Interlock::Mutex(100)
        try withThreads { threads in
          for _ in 1...2 { try threads.spawn { balance.withLock { $0 -= 10 } } }
        }
        try require(balance.withLock { $0 } == 80)
      }
    )
  }

  func testWhatGoesWrongSaysHow() {
    let body: @Sendable () throws -> Void = {
      let cell = PlainCell(0)
      let other = try spawn(name: "other") { cell.value = 1 }
      cell.value = 2
      other.join()
    }
    XCTAssertThrowsError(try explore(body)) { error in
      // XCTest prints an error by its description.
      let words = "\(error)"
      XCTAssertEqual((error as? Counterexample)?.kind, .race)
      XCTAssertTrue(words.hasPrefix("a data race on a PlainCell: "), words)
      XCTAssertTrue(words.contains("writes a PlainCell"), words)
      XCTAssertTrue(words.contains("explore(strategy: .replay("), words)
    }
  }
}

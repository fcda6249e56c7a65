import Interlock
import XCTest

private func square(_ number: Int) -> Int { number * number }

private struct Cube: ProcessTask {
  static func run(_ input: Int) -> Int { input * input * input }
}

final class ProcessPoolInXCTest: XCTestCase {
  func testMapRunsInOtherProcesses() throws {
    let pool = try ProcessPool(workers: 2)
    XCTAssertEqual(try pool.map(0..<1000) { square($0) }, (0..<1000).map { $0 * $0 })
    XCTAssertEqual(try pool.run(Cube.self, 3), 27)
    XCTAssertTrue(try pool.map(0..<8, batch: 1) { _ in getpid() }.allSatisfy { $0 != getpid() })
    pool.close()
    XCTAssertTrue(pool.join(for: .seconds(40)))
  }

  func testCrashIsAnError() throws {
    let pool = try ProcessPool(workers: 1)
    XCTAssertThrowsError(try pool.run(1) { (_: Int) -> Int in abort() }) { error in
      guard case .crashed? = (error as? ProcessError)?.reason else { return XCTFail("\(error)") }
    }
    XCTAssertEqual(try pool.run(1) { $0 }, 1)
  }

  func testAsync() async throws {
    let process = try WorkerProcess(4) { $0 + 1 }
    let value = try await process.value
    XCTAssertEqual(value, 5)
  }
}

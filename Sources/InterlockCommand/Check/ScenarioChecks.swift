import Interlock
import InterlockChecker
import InterlockScenarios

/// Scenarios that are checked side by side, one for each CPU at a time.
struct ScenarioChecks {
  /// What was found about one of them.
  struct Finding: Sendable {
    let scenario: Scenario
    let result: Scenario.Result
    let duration: Duration
    /// Whether it was told to end before it was done.
    let isCutShort: Bool
  }

  /// What to check, in the order in which it is told.
  let scenarios: [Scenario]
  /// How to look.
  let exploration: Exploration
  /// Whether somebody watches.
  let showsProgress: Bool

  private typealias Check = PoolTask<Finding, Never>

  /// How often to look whether Ctrl-C was pressed.
  private static let patience = Duration.milliseconds(50)

  /// Checks them.
  ///
  /// - Parameter tell: What to do with each finding, in order.
  /// - Returns: Whether Ctrl-C has ended it; then what was found until then was told.
  /// - Throws: `ThreadError` if there are no threads, and what `tell` throws.
  func run(_ tell: (Finding) throws -> Void) throws -> Bool {
    let board = Board()
    var interruption = Interruption()
    return try ProgressLine.show(if: showsProgress) {
      board.line
    } while: {
      let pool = try ThreadPool(workers: min(Processors.available, scenarios.count), name: "check")
      defer {
        pool.close()
        pool.join()
      }
      let checks = try scenarios.map { try submit($0, to: pool, board) }
      defer { for check in checks { check.cancel() } }
      var isInterrupted = false
      for check in checks {
        let finding = wait(for: check) {
          guard interruption.takeRequest() else { return }
          isInterrupted = true
          for check in checks { check.cancel() }
        }
        if let finding { try tell(finding) }
      }
      return isInterrupted
    }
  }

  private func submit(_ scenario: Scenario, to pool: ThreadPool, _ board: Board) throws -> Check {
    var exploration = exploration
    if showsProgress {
      exploration.progress = { board.show("\(scenario.name): \($0)") }
    }
    return try pool.submit(name: scenario.name) { [exploration] in
      let start = Deadline.now
      let result = scenario.check(exploration)
      return Finding(
        scenario: scenario,
        result: result,
        duration: Deadline.now - start,
        isCutShort: CurrentThread.isCancelled
      )
    }
  }

  /// Waits for the end of a check, and looks around from time to time.
  ///
  /// - Returns: What was found; `nil` if the check was cancelled before it began.
  private func wait(for check: Check, _ lookAround: () -> Void) -> Finding? {
    while true {
      do throws(PoolTaskError<Never>) {
        if let finding = try check.join(for: Self.patience) { return finding }
      } catch {
        return nil
      }
      lookAround()
    }
  }
}

/// What was heard last of any check.
private final class Board: Sendable {
  private let text = Mutex("", name: "progress")

  var line: String { text.withLock { $0 } }

  func show(_ line: String) { text.withLock { $0 = line } }
}

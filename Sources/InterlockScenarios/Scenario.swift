import Interlock
public import InterlockChecker

/// A variant of a program as a body for the checker, and what the checker should say about it.
///
/// The program's own code runs, with sizes that are small enough to try everything, but for those that are
/// large (``isLarge``). Broken variants must be refuted, the others proved, or covered to a bound that the
/// verdict states.
///
/// There is one for every variant of a program that uses threads. Variants with processes are not there:
/// what is explored are the threads of one process.
///
///     for scenario in Scenario.all {
///       print(scenario.name, scenario.check(Exploration()).isExpected)
///     }
public struct Scenario: Sendable {
  /// What is expected of the checker.
  public enum Expectation: Hashable, Sendable {
    /// No schedule goes wrong.
    case correct
    /// Some schedule goes wrong in this way.
    case refuted(Counterexample.Kind)
  }

  /// What the checker has said.
  public enum Outcome: Sendable {
    /// Nothing was found; how much was looked at.
    case covered(Coverage)
    /// It goes wrong.
    case refuted(Counterexample)
  }

  /// What the checker has said about a scenario.
  public struct Result: Sendable {
    /// What it has said.
    public let outcome: Outcome
    /// Whether that is what is expected.
    public let isExpected: Bool
  }

  /// The program and the variant, as in `bank-racy`.
  public let name: String
  /// What happens in it, in a sentence.
  public let summary: String
  /// What is expected.
  public let expectation: Expectation
  let reportsRaces: Bool
  /// Whether seconds are not enough to try everything, so that what is said is no proof.
  public let isLarge: Bool
  /// The files that the program reads, if they must be on a disk.
  let files: [String]
  let body: @Sendable (_ folder: String) throws -> Void

  init(
    _ name: String,
    _ summary: String,
    _ expectation: Expectation,
    reportsRaces: Bool = true,
    isLarge: Bool = false,
    _ body: @escaping @Sendable () throws -> Void
  ) {
    self.init(
      name,
      summary,
      expectation,
      reportsRaces: reportsRaces,
      isLarge: isLarge,
      files: []
    ) { _ in
      try body()
    }
  }

  init(
    _ name: String,
    _ summary: String,
    _ expectation: Expectation,
    reportsRaces: Bool = true,
    isLarge: Bool = false,
    files: [String],
    _ body: @escaping @Sendable (_ folder: String) throws -> Void
  ) {
    self.name = name
    self.summary = summary
    self.expectation = expectation
    self.reportsRaces = reportsRaces
    self.isLarge = isLarge
    self.files = files
    self.body = body
  }

  /// Looks for a schedule under which it goes wrong.
  ///
  /// - Parameter exploration: How to look.
  /// - Returns: What was found.
  public func check(_ exploration: Exploration) -> Result {
    var exploration = exploration
    exploration.reportsRaces = reportsRaces
    let folder = TemporaryFolder(holding: files)
    defer { folder.remove() }
    do throws(Counterexample) {
      let coverage = try exploration.run { [body, path = folder.path] in try body(path) }
      return Result(outcome: .covered(coverage), isExpected: expectation == .correct)
    } catch {
      return Result(
        outcome: .refuted(error),
        isExpected: expectation == .refuted(error.kind)
      )
    }
  }
}

extension Scenario {
  /// All of them, by program.
  public static let all: [Scenario] =
    bank + outage + robots + philosophers + trains + letters + find + area + matrix + wind
    + examples

  /// The one with a name.
  public static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }
}

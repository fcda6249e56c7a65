#if Command
import ArgumentParser
import Interlock
import InterlockChecker
import InterlockPrograms

/// `interlock bank`: the stingy and the spendy share an account.
struct BankCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bank",
    abstract: "Let two people use one bank account at the same time.",
    discussion: """
      The stingy deposits 10 a million times, and the spendy withdraws 10 as often, each on a thread. \
      In the end the account should hold what it held in the beginning.

        interlock bank --mode racy
        interlock bank --mode mutex

      In `racy` each reads the balance, writes the receipt, and stores the new balance; what the \
      other has stored meanwhile is lost, and the exit status is 1. The others are right: `mutex` \
      (the default) lets one in at a time; `condition` also makes the spendy wait while there is \
      not enough; `atomic` makes the change a single step; `spinlock` waits without sleeping.
      """
  )

  @Option(help: "How the account is kept.")
  var mode = Bank.Mode.mutex

  @Option(help: "How many people there are, half of them stingy: an even number.")
  var workers = 2

  @Option(help: "How often each of them goes to the bank.")
  var visits = Bank().visits

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard workers >= 2, workers.isMultiple(of: 2) else {
      throw ValidationError("--workers is an even number from 2 on: half of them are stingy.")
    }
    guard visits >= 1 else { throw ValidationError("--visits is 1 or more.") }
    guard !visits.multipliedReportingOverflow(by: workers * Bank().amount).overflow else {
      throw ValidationError("--visits is so large that no account could hold the money.")
    }
  }

  func run() throws {
    var bank = Bank(visits: visits)
    bank.couples = workers / 2
    let start = Deadline.now
    let statement = try ProgressLine.show(if: output.showsProgress) {
      "\(Quantity.seconds(Deadline.now - start))"
    } while: {
      try bank.run(mode)
    }
    let duration = Deadline.now - start
    if output.json {
      try Output.print(
        JSON.object([
          "balance": .number(statement.balance),
          "expected": .number(statement.expected),
          "mode": .string(mode.rawValue),
          "workers": .number(workers),
          "seconds": .number(duration.inSeconds),
        ]).description
      )
    } else {
      try Output.print(
        """
        balance   \(Quantity.count(statement.balance))
        expected  \(Quantity.count(statement.expected))
        \(Quantity.count(visits * workers)) visits by \(workers) people, \
        \(Quantity.seconds(duration)), mode \(mode.rawValue)
        """
      )
    }
    guard statement.isCorrect else {
      let difference = statement.balance - statement.expected
      throw Failure(
        """
        the balance is wrong by \(Quantity.count(difference)): one read it while another was about \
        to store a new one, and stored a result that was already out of date
        """
      )
    }
  }
}
#endif

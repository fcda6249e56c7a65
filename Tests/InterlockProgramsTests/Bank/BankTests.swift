import Interlock
import InterlockPrograms
import Testing

@Suite(.timeLimit(.minutes(30))) struct `The bank` {
  @Test(arguments: Bank.Mode.allCases.filter { $0 != .racy })
  func `loses nothing in a correct mode`(mode: Bank.Mode) throws {
    var bank = Bank(visits: 2_000)
    bank.couples = 3
    let statement = try bank.run(mode)
    #expect(statement.isCorrect)
    #expect(statement.expected == bank.openingBalance)
  }

  @Test func `loses money in a race, every time`() throws {
    for _ in 1...2 { #expect(try !Bank().run(.racy).isCorrect) }
  }

  @Test func `lets the spendy wait until there is enough`() throws {
    let account = ConditionAccount(balance: 5)
    let spendy = try spawn { account.withdraw(20).text }
    for _ in 1...3 {
      account.deposit(5)
      #expect(account.balance >= 0)
    }
    #expect(spendy.join() == "Withdrawal of 20, new balance 0.")
  }

  @Test func `is never overdrawn under a condition`() throws {
    let account = ConditionAccount(balance: 0)
    let isOver = Atomic(false)
    let least = try withThreads { threads in
      let watcher = try threads.spawn {
        var least = Int.max
        while !isOver.load(ordering: .acquiring) { least = min(least, account.balance) }
        return least
      }
      var bank = Bank(visits: 2_000)
      bank.openingBalance = 0
      #expect(try bank.run(on: account).isCorrect)
      isOver.store(true, ordering: .releasing)
      return watcher.join()
    }
    #expect(least >= 0)
  }

  @Test(arguments: Bank.Mode.allCases)
  func `does what it is told while nobody else is there`(mode: Bank.Mode) {
    let account: any Account =
      switch mode {
      case .racy: RacyAccount(balance: 7)
      case .mutex: MutexAccount(balance: 7)
      case .condition: ConditionAccount(balance: 7)
      case .atomic: AtomicAccount(balance: 7)
      case .spinlock: SpinLockAccount(balance: 7)
      }
    #expect(account.deposit(10).text == "Deposit of 10, new balance 17.")
    #expect(account.withdraw(4).text == "Withdrawal of 4, new balance 13.")
    #expect(account.balance == 13)
  }
}

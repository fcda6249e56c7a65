import InterlockChecker
import InterlockPrograms

extension Scenario {
  /// Two people share an account.
  static let bank: [Scenario] = [
    Scenario(
      "bank-racy",
      "both read the balance, and one of the two changes is lost",
      .refuted(.failure),
      reportsRaces: false
    ) {
      try visitBank(RacyAccount.self)
    },
    Scenario("bank-mutex", "one is let in at a time", .correct) {
      try visitBank(MutexAccount.self)
    },
    Scenario("bank-condition", "the spendy waits until there is enough", .correct) {
      try visitBank(ConditionAccount.self)
    },
    Scenario("bank-atomic", "each change is one step", .correct) {
      try visitBank(AtomicAccount.self)
    },
    Scenario("bank-spinlock", "who waits does not sleep", .correct) {
      try visitBank(SpinLockAccount.self)
    },
  ]

  private static func visitBank(_ account: (some Account).Type) throws {
    var bank = Bank(visits: 1)
    bank.openingBalance = 10
    let statement = try bank.run(on: account.init(balance: bank.openingBalance))
    try require(
      statement.isCorrect,
      "the account has \(statement.balance) and should have \(statement.expected): an update was lost"
    )
  }

  /// Customers order what there is not enough of.
  static let outage: [Scenario] = [
    Scenario(
      "outage-racy",
      "two customers look whether there is an item, and both take it",
      .refuted(.failure),
      reportsRaces: false
    ) {
      try order(from: RacyOrderStore.self)
    },
    Scenario("outage-fixed", "looking and taking are one step", .correct) {
      try order(from: FixedOrderStore.self)
    },
  ]

  private static func order(from store: (some OrderStore).Type) throws {
    let outage = Outage(stock: 1, customers: 2, spacing: .zero)
    let sold = try outage.itemsSold(by: store.init(stock: outage.stock))
    try require(
      sold <= outage.stock,
      "\(sold) customers have ordered, and there was \(outage.stock) item"
    )
  }
}

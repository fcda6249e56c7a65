import Interlock
import InterlockPrograms
import Testing

@Suite(.timeLimit(.minutes(30))) struct `The order store` {
  @Test func `sells what there is and no more`() {
    for store in [RacyOrderStore(stock: 2), FixedOrderStore(stock: 2)] as [any OrderStore] {
      #expect(store.order())
      #expect(store.order())
      #expect(!store.order())
      #expect(!store.order())
    }
  }

  @Test func `never oversells when it is fixed, however many customers come at once`() throws {
    let outage = Outage(stock: 3, customers: 8, spacing: .zero)
    for _ in 0..<200 { #expect(try outage.itemsSold(by: FixedOrderStore(stock: 3)) == 3) }
  }

  @Test func `gives everybody something if there is enough`() throws {
    let outage = Outage(stock: 5, customers: 3)
    #expect(try outage.itemsSold(by: RacyOrderStore(stock: 5)) == 3)
  }

  @Test func `makes as many runs as it is told`() throws {
    var told: [Int] = []
    let verdict = try Outage().run(.fixed, times: 250) { told.append($0.runs) }
    #expect(verdict.runs == 250)
    #expect(verdict.failures == 0)
    #expect(told == [100, 200])
  }

  @Test func `makes no more runs when its time is over`() throws {
    #expect(try Outage().run(.racy, times: .max, until: .now).runs == 0)
  }

  @Test func `says how many were sold, even if there were not so many`() throws {
    struct GenerousStore: OrderStore {
      init(stock: Int) {}
      func order() -> Bool { true }
    }
    let outage = Outage(stock: 2, customers: 3)
    #expect(try outage.itemsSold(by: GenerousStore(stock: 2)) == 3)
  }
}

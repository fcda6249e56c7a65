import Testing

@testable import Interlock

@Suite struct `The rules of a barrier` {
  /// What a test knows about the rounds.
  private struct Ledger {
    var parties: Int
    var arrived = 0
    var isBroken = false
    var isActing = false
    var ends: [BarrierRules.Outcome] = []
  }

  private let firstRound: UInt64 = 0xFFF0

  /// Rules whose round numbers will soon begin again at zero.
  private func makeRules(parties: Int) -> BarrierRules {
    BarrierRules(bits: BarrierRules(parties: parties).bits | firstRound << 48)
  }

  private func round(_ number: Int) -> UInt64 { (firstRound + UInt64(number)) & 0xFFFF }

  private func check(_ rules: BarrierRules, _ ledger: Ledger) {
    #expect(rules.parties == ledger.parties)
    #expect(rules.arrived == ledger.arrived)
    #expect(rules.isBroken == ledger.isBroken)
    #expect(rules.isActing == ledger.isActing)
    #expect(rules.round == round(ledger.ends.count))
    #expect(rules.outcome(of: rules.round) == nil)
    for (distance, end) in ledger.ends.reversed().prefix(13).enumerated() {
      #expect(rules.outcome(of: round(ledger.ends.count - 1 - distance)) == end)
    }
  }

  /// A party comes.
  private func arrive(_ rules: inout BarrierRules, _ ledger: inout Ledger, hasAction: Bool) {
    let now = round(ledger.ends.count)
    let arrival = rules.arrive(hasAction: hasAction)
    if ledger.isBroken {
      #expect(arrival == .refuse)
    } else if ledger.isActing {
      #expect(arrival == .early(round: now))
    } else if ledger.arrived + 1 < ledger.parties {
      #expect(arrival == .wait(round: now, index: ledger.arrived))
      ledger.arrived += 1
    } else if hasAction {
      #expect(arrival == .act(round: now, index: ledger.arrived))
      ledger.isActing = true
    } else {
      #expect(arrival == .pass(round: now, index: ledger.arrived))
      end(&ledger, .complete)
    }
  }

  private func end(_ ledger: inout Ledger, _ outcome: BarrierRules.Outcome) {
    ledger.ends.append(outcome)
    ledger.arrived = 0
    ledger.isActing = false
  }

  private func breakRound(_ ledger: inout Ledger) {
    if ledger.arrived > 0 || ledger.isActing { end(&ledger, .broken) }
  }

  @Test(arguments: Seed.all, [1, 2, 5])
  func `hold whatever happens, over many rounds`(seed: Seed, parties: Int) {
    var dice = seed.dice(stream: parties)
    let hasAction = dice.isOne(in: 2)
    var rules = makeRules(parties: parties)
    var ledger = Ledger(parties: parties)
    for _ in 0..<3000 {
      switch dice.pick(0..<20) {
      case 0:
        rules.abort()
        breakRound(&ledger)
        ledger.isBroken = true
      case 1, 2:
        rules.reset()
        breakRound(&ledger)
        ledger.isBroken = false
      case 3:
        let now = rules.round
        let canGiveUp = !ledger.isActing
        // Only a party that waits gives up.
        guard ledger.arrived > 0 else { continue }
        #expect(rules.giveUp(in: now) == canGiveUp)
        #expect(rules.giveUp(in: now) == false)
        if canGiveUp {
          breakRound(&ledger)
          ledger.isBroken = true
        }
      case 4:
        let hasStarted = ledger.arrived > 0
        let isInTime = rules.sleep(in: rules.round)
        #expect(isInTime)
        #expect(rules.hasSleepers)
        if hasStarted { #expect(rules.sleep(in: round(ledger.ends.count + 1)) == false) }
      case 5...9 where ledger.isActing:
        let hasFailed = dice.isOne(in: 5)
        #expect(rules.finishAction(of: rules.round, hasFailed: hasFailed) == true)
        end(&ledger, hasFailed ? .broken : .complete)
        ledger.isBroken = hasFailed
      default: arrive(&rules, &ledger, hasAction: hasAction)
      }
      check(rules, ledger)
    }
    #expect(ledger.ends.count > 100)
  }

  @Test func `forget who slept when the round ends`() {
    var rules = BarrierRules(parties: 2)
    _ = rules.arrive(hasAction: false)
    #expect(rules.sleep(in: 0) == true)
    #expect(rules.hasSleepers)
    #expect(rules.arrive(hasAction: false) == .pass(round: 0, index: 1))
    #expect(!rules.hasSleepers)
    #expect(rules.sleep(in: 0) == false)
  }

  @Test func `do not let an action finish a round that was broken meanwhile`() {
    for isReset in [false, true] {
      var rules = BarrierRules(parties: 1)
      #expect(rules.arrive(hasAction: true) == .act(round: 0, index: 0))
      if isReset { rules.reset() } else { rules.abort() }
      #expect(rules.finishAction(of: 0, hasFailed: false) == false)
      #expect(rules.isBroken == !isReset)
      #expect(rules.outcome(of: 0) == .broken)
      rules.reset()
      // Nor the next one.
      #expect(rules.arrive(hasAction: true) == .act(round: 1, index: 0))
      #expect(rules.finishAction(of: 0, hasFailed: true) == false)
      #expect(rules.isActing)
    }
  }

  @Test func `end a round when the last one that is missing leaves for good`() {
    var rules = BarrierRules(parties: 3)
    _ = rules.arrive(hasAction: false)
    #expect(rules.drop(hasAction: false) == .wait(round: 0, index: 0))
    #expect(rules.arrived == 1)
    #expect(rules.drop(hasAction: false) == .pass(round: 0, index: 0))
    #expect(rules.outcome(of: 0) == .complete)
    #expect(rules.parties == 1)
    #expect(rules.drop(hasAction: false) == .wait(round: 1, index: 0))
    #expect(rules.drop(hasAction: false) == .refuse)
  }

  @Test func `have room for the greatest number of parties`() {
    let parties = BarrierRules.greatestParties
    var rules = BarrierRules(parties: parties)
    for index in 0..<parties - 1 {
      guard rules.arrive(hasAction: false) == .wait(round: 0, index: index) else {
        Issue.record("the party number \(index) did not wait")
        return
      }
    }
    #expect(rules.parties == parties)
    #expect(rules.arrive(hasAction: false) == .pass(round: 0, index: parties - 1))
    #expect(rules.round == 1)
  }
}

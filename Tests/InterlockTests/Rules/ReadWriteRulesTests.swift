import Testing

@testable import Interlock

@Suite struct `The rules of a read-write lock` {
  private let threads = makeRecords(4)

  private func key(_ rules: ReadWriteRules) -> String {
    let inside = rules.readers.map(\.name).sorted()
    let line = rules.line.map { "\($0.thread.name):\($0.role)" }
    return "\(rules.writer?.name ?? "-") \(inside) \(line)"
  }

  /// The states that one event leads to.
  private func successors(
    _ rules: ReadWriteRules,
    _ preference: ReadWritePreference
  )
    -> [ReadWriteRules]
  {
    var results: [ReadWriteRules] = []
    for thread in threads {
      if rules.line.contains(where: { $0.thread === thread }) {
        results.append(
          step(rules, preference) { next in
            let (hasLeft, woken) = next.giveUp(thread)
            #expect(hasLeft)
            return woken
          }
        )
      } else if rules.isInside(thread) {
        results.append(step(rules, preference) { $0.leave(thread) })
        if rules.writer === thread {
          results.append(
            step(rules, preference) { next in
              let woken = next.downgrade(thread)
              #expect(next.readers.contains { $0 === thread })
              return woken
            }
          )
        }
        #expect(!tries(rules, thread), "a thread that is inside cannot enter")
      } else {
        for role in [ReadWriteRules.Role.reader, .writer] {
          results.append(
            step(rules, preference) { next in
              let isInside = next.enter(thread, as: role) == .pass
              #expect(isInside == mayComeIn(rules, role, preference))
              #expect(next.isInside(thread) == isInside)
              // Trying succeeds exactly where entering need not wait.
              var other = rules
              #expect(other.enterAtOnce(thread, as: role) == isInside)
              #expect(isInside || key(other) == key(rules))
              return []
            }
          )
        }
      }
    }
    return results
  }

  private func tries(_ rules: ReadWriteRules, _ thread: ThreadRecord) -> Bool {
    var rules = rules
    return rules.enterAtOnce(thread, as: .reader) || rules.enterAtOnce(thread, as: .writer)
  }

  /// Does one event and checks what must hold afterwards.
  private func step(
    _ rules: ReadWriteRules,
    _ preference: ReadWritePreference,
    _ event: (inout ReadWriteRules) -> [ThreadRecord]
  ) -> ReadWriteRules {
    var next = rules
    let woken = event(&next)
    // A writer is alone.
    #expect(next.writer == nil || next.readers.isEmpty)
    // Who is woken stood in line and is inside now, and knows it.
    for thread in woken {
      #expect(rules.line.contains { $0.thread === thread })
      #expect(next.isInside(thread))
      #expect(thread.signalled == .given)
      thread.prepareToWait()
    }
    // Nobody else came inside from the line, and those who stay keep their order.
    let staying = next.line.filter { request in
      rules.line.contains { $0.thread === request.thread }
    }
    let expected = rules.line.filter { request in
      next.line.contains { $0.thread === request.thread }
    }
    #expect(staying.map(\.thread.name) == expected.map(\.thread.name))
    // Of those in line nobody overtook one of the same kind.
    for role in [ReadWriteRules.Role.reader, .writer] {
      let order = rules.line.filter { $0.role == role }.map(\.thread.name)
      let served = woken.map(\.name).filter(order.contains)
      let left = order.filter { name in served.contains(name) || next.isWaiting(name) }
      #expect(Array(left.prefix(served.count)) == served)
    }
    #expect(!mayAnybodyEnter(next, preference), "\(key(next))")
    return next
  }

  /// Whether a thread that comes goes straight in.
  private func mayComeIn(
    _ rules: ReadWriteRules,
    _ role: ReadWriteRules.Role,
    _ preference: ReadWritePreference
  ) -> Bool {
    let isFree = rules.writer == nil && (role == .reader || rules.readers.isEmpty)
    switch preference {
    case .fair: return isFree && rules.line.isEmpty
    case .writers: return isFree && !rules.line.contains { $0.role == .writer }
    }
  }

  /// Whether somebody stands in line who should be inside.
  private func mayAnybodyEnter(_ rules: ReadWriteRules, _ preference: ReadWritePreference) -> Bool {
    guard rules.writer == nil, let first = rules.line.first else { return false }
    let hasWriter = rules.line.contains { $0.role == .writer }
    switch preference {
    case .fair: return first.role == .reader || rules.readers.isEmpty
    case .writers: return hasWriter ? rules.readers.isEmpty : true
    }
  }

  @Test(arguments: [ReadWritePreference.writers, .fair])
  func `hold in every state that four threads can reach`(preference: ReadWritePreference) {
    let start = ReadWriteRules(preference: preference)
    let count = visitAllStates(
      from: start,
      key: key,
      successors: { successors($0, preference) }
    )
    #expect(count > 300)
  }
}

extension ReadWriteRules {
  fileprivate func isWaiting(_ name: String) -> Bool { line.contains { $0.thread.name == name } }
}

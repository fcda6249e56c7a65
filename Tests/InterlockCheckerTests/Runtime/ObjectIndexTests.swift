import Testing

@testable import InterlockChecker

/// An index of objects, compared with a look through all of them.
@Suite struct `An index of objects` {
  /// Makes and frees objects as an allocator would: those that are there have no byte in common.
  private struct Memory {
    private(set) var objects: [AccessLog.Object] = []
    /// The numbers of those that are there.
    private(set) var live: [Int] = []
    private var dice: SplitMix64

    init(seed: UInt64) {
      dice = SplitMix64(seed: seed, strategy: 7, run: 0)
    }

    mutating func number(below bound: Int) -> Int { dice.pick(bound) }

    mutating func step() {
      if live.count > 30 { live.remove(at: number(below: live.count)) }
      let size = number(below: 4) == 0 ? number(below: 10_000) : number(below: 200)
      let address = UInt(1 << 20 + 16 * number(below: 4000))
      let bytes = address..<address + UInt(max(size, 1))
      live.removeAll {
        let other = objects[$0]
        return bytes.overlaps(other.address..<other.address + max(other.size, 1))
      }
      live.append(objects.count)
      objects.append(
        AccessLog.Object(
          address: address,
          size: UInt(size),
          kind: number(below: 3) == 0 ? .size(UInt(size)) : .type(UInt(number(below: 3))),
          moment: ObjectOrigin.Moment(thread: 0, step: UInt32(objects.count / 20), children: 0),
          isLasting: number(below: 10) == 0
        )
      )
    }
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func `finds the last object that was made at an address`(seed: UInt64) {
    var memory = Memory(seed: seed)
    var index = ObjectIndex()
    for _ in 0..<2000 {
      memory.step()
      index.append(memory.objects[memory.objects.count - 1])
      let number = memory.live[memory.number(below: memory.live.count)]
      let object = memory.objects[number]
      guard object.size > 0 else { continue }
      let address = object.address + UInt(memory.number(below: Int(object.size)))
      let found = index.object(at: address) { memory.objects[$0].contains(address) }
      #expect(found == number)
    }
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func `counts those of a kind that were made before in the same moment`(seed: UInt64) {
    var memory = Memory(seed: seed)
    var index = ObjectIndex()
    for number in 0..<500 {
      memory.step()
      let object = memory.objects[number]
      let before = memory.objects[..<number].count {
        $0.moment == object.moment && $0.kind == object.kind && !$0.isLasting
      }
      #expect(index.count(of: object.kind, in: object.moment) == before)
      index.append(object)
      #expect(index.ordinal(of: number) == before)
    }
  }

  @Test func `that is emptied knows nothing of before`() {
    var memory = Memory(seed: 1)
    var index = ObjectIndex()
    memory.step()
    let object = memory.objects[0]
    index.append(object)
    index.removeAll()
    #expect(index.count == 0)
    #expect(index.object(at: object.address) { _ in true } == nil)
    #expect(index.count(of: object.kind, in: object.moment) == 0)
  }
}

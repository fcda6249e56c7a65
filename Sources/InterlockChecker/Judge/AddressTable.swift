/// Small numbers for addresses, emptied at once.
///
/// An execution asks for an address with each of its steps, and there are few addresses: a dictionary, which is made
/// to bear keys chosen by an enemy, hashes them more carefully than that needs.
///
/// Open addressing with linear probing (Knuth, The Art of Computer Programming, 6.4, algorithm L); an entry of an
/// earlier period is empty.
struct AddressTable {
  private struct Entry {
    var address: UInt = 0
    var period: UInt32 = 0
    var number: UInt32 = 0
  }

  private var entries = [Entry](repeating: Entry(), count: 64)
  /// How many of the highest bits of a product say where to look.
  private var bits: UInt64 = 6
  private var period: UInt32 = 1
  private(set) var count = 0

  /// The number of an address; `nil` if it has none.
  subscript(address: UInt) -> Int? {
    let entry = entries[place(of: address)]
    return entry.period == period ? Int(entry.number) : nil
  }

  /// Gives an address the next number, counted from 0, if it has none.
  ///
  /// - Returns: Its number, and whether it is new.
  mutating func admit(_ address: UInt) -> (number: Int, isNew: Bool) {
    var place = place(of: address)
    if entries[place].period == period { return (Int(entries[place].number), false) }
    if 2 * (count + 1) > entries.count {
      grow()
      place = self.place(of: address)
    }
    entries[place] = Entry(
      address: address,
      period: period,
      number: UInt32(truncatingIfNeeded: count)
    )
    count += 1
    return (count - 1, true)
  }

  /// Takes all addresses out.
  mutating func removeAll() {
    count = 0
    if period == .max {
      for place in entries.indices { entries[place].period = 0 }
      period = 0
    }
    period += 1
  }

  /// Where an address is, or would be.
  private func place(of address: UInt) -> Int {
    // Fibonacci hashing: the golden ratio spreads addresses, which are multiples of something.
    let product = UInt64(address) &* 0x9E37_79B9_7F4A_7C15
    var place = Int(truncatingIfNeeded: product >> (64 &- bits))
    while entries[place].period == period, entries[place].address != address {
      place = (place &+ 1) & (entries.count &- 1)
    }
    return place
  }

  private mutating func grow() {
    let old = entries.filter { $0.period == period }
    bits += 1
    entries = Array(repeating: Entry(), count: 2 * entries.count)
    for entry in old { entries[place(of: entry.address)] = entry }
  }
}

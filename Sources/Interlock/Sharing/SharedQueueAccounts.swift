/// Which process has taken how many elements of a queue, and how many of them are done.
///
/// Everything is guarded by the lock of those who take. Each change is one word, and each word only goes
/// up, so a process that dies has made it or has not.
///
/// # Taking
///
/// The taken elements of all processes are as many as the position of taking says. Only in the middle of
/// taking they are fewer: the claim, a word as well, says by how many, and whose they are. Whoever
/// gets the lock from one who has died looks for that.
@safe
struct SharedQueueAccounts: Sendable {
  typealias Member = ProcessFamily.Member

  /// One for each process there can be in a family.
  static var limit: Int { ProcessFamily.limit }
  private static let entrySize = 64
  /// How many bytes they take.
  static let size = entrySize * (limit + 1)

  /// The account of a process.
  @safe
  struct Entry {
    // SAFETY: `SharedQueueCore` keeps the memory mapped.
    let base: UnsafeMutableRawPointer

    /// The process, or the last one that had the account; 0 if nobody had.
    var member: SharedLongWord { unsafe SharedLongWord(at: base) }
    /// How many elements it has taken, and those before it.
    var taken: SharedLongWord { unsafe SharedLongWord(at: base + 8) }
    /// How many of those it is done with.
    var done: SharedLongWord { unsafe SharedLongWord(at: base + 16) }
    /// How many of those were with a process that died.
    var lost: SharedLongWord { unsafe SharedLongWord(at: base + 24) }
    /// How many of the lost ones were declared mended.
    var mended: SharedLongWord { unsafe SharedLongWord(at: base + 32) }

    /// How many elements the process that has the account has, and is not done with.
    var inHand: UInt64 {
      taken.load(ordering: .relaxed) - done.load(ordering: .relaxed) - lost.load(ordering: .relaxed)
    }

    /// Notes that the process that had the account has died, and what it had in hand.
    func close() {
      let total = taken.load(ordering: .relaxed) - done.load(ordering: .relaxed)
      lost.store(total, ordering: .releasing)
    }
  }

  private let claim: SharedLongWord
  // SAFETY: as for `Entry`.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer

  init(at address: UnsafeMutableRawPointer) {
    unsafe claim = SharedLongWord(at: address)
    unsafe base = address + Self.entrySize
  }

  private func entry(_ number: Int) -> Entry {
    unsafe Entry(base: base + number * Self.entrySize)
  }

  /// All that were ever used.
  private var entries: some Sequence<Entry> {
    (0..<Self.limit).lazy.map { entry($0) }
      .prefix { $0.member.load(ordering: .relaxed) != 0 }
  }

  private static func bits(of member: Member) -> UInt64 {
    UInt64(member.generation) << 32 | UInt64(member.place)
  }

  private static func member(of entry: Entry) -> Member {
    let bits = entry.member.load(ordering: .relaxed)
    return Member(
      place: UInt32(truncatingIfNeeded: bits),
      generation: UInt32(truncatingIfNeeded: bits >> 32)
    )
  }
}

// Taking.
extension SharedQueueAccounts {
  /// The number of this process's account, which is opened if there is none.
  ///
  /// Others may have the one that was its own if they thought that it is dead, which is so in its last
  /// moments.
  ///
  /// - Parameters:
  ///   - family: Tells who this process is, and who lives.
  ///   - known: What the number was last; -1 if there was none.
  /// - Returns: The number.
  func number(in family: ProcessFamily, known: Int) -> Int {
    let mine = Self.bits(of: family.member)
    if known >= 0, entry(known).member.load(ordering: .relaxed) == mine { return known }
    var free: Int?
    for number in 0..<Self.limit {
      let owner = entry(number).member.load(ordering: .relaxed)
      if owner == mine { return number }
      if owner == 0 {
        free = free ?? number
        break
      }
      if free == nil, !family.isAlive(Self.member(of: entry(number))) { free = number }
    }
    guard let free else { fatalError("a family has no more members than there are accounts") }
    let entry = entry(free)
    entry.close()
    entry.member.store(mine, ordering: .releasing)
    return free
  }

  /// Notes that the process with an account takes elements.
  ///
  /// - Parameters:
  ///   - count: How many elements.
  ///   - number: That of the account.
  ///   - move: Moves the position of taking, which is the moment that counts.
  func take(_ count: Int, _ number: Int, _ move: () -> Void) {
    let taken = entry(number).taken
    let total = taken.load(ordering: .relaxed) + UInt64(count)
    // Ordering: releasing, so that the three steps come in this order also for whoever takes the lock from
    // one who has died between them.
    claim.store(UInt64(number) << 48 | total & Self.totalMask, ordering: .releasing)
    move()
    taken.store(total, ordering: .releasing)
  }

  private static let totalMask: UInt64 = 1 << 48 - 1

  /// Finishes what the last owner of the lock had begun when it died.
  func repair(takenCount: UInt32) {
    let sum = entries.reduce(UInt32(0)) {
      $0 &+ UInt32(truncatingIfNeeded: $1.taken.load(ordering: .relaxed))
    }
    guard sum != takenCount else { return }
    let claim = claim.load(ordering: .relaxed)
    entry(Int(claim >> 48)).taken.store(claim & Self.totalMask, ordering: .releasing)
  }
}

// Being done.
extension SharedQueueAccounts {
  /// Notes that the process with an account is done with elements.
  ///
  /// - Returns: `false` if it has not so many, and nothing was noted.
  func finish(_ count: Int, _ number: Int) -> Bool {
    let entry = entry(number)
    guard entry.inHand >= count else { return false }
    entry.done.store(entry.done.load(ordering: .relaxed) + UInt64(count), ordering: .releasing)
    return true
  }

  /// Whether everything that was taken is done, or was lost and is mended.
  var isAllDone: Bool {
    entries.allSatisfy { entry in
      entry.taken.load(ordering: .relaxed)
        == entry.done.load(ordering: .relaxed) + entry.mended.load(ordering: .relaxed)
    }
  }

  /// How many elements were in the hands of processes that have died, and not mended.
  func lostCount(_ family: ProcessFamily) -> Int {
    entries.reduce(0) { sum, entry in
      closeIfDead(entry, family)
      let lost = entry.lost.load(ordering: .relaxed) - entry.mended.load(ordering: .relaxed)
      return sum + Int(lost)
    }
  }

  /// Notes that nobody need wait any more for what was lost.
  func declareMended(_ family: ProcessFamily) {
    for entry in entries {
      closeIfDead(entry, family)
      entry.mended.store(entry.lost.load(ordering: .relaxed), ordering: .releasing)
    }
  }

  private func closeIfDead(_ entry: Entry, _ family: ProcessFamily) {
    if entry.inHand > 0, !family.isAlive(Self.member(of: entry)) { entry.close() }
  }
}

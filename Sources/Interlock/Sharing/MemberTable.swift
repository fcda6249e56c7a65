/// What each of some members of a family has to do with something.
///
/// It is part of a state in shared memory, so it has a fixed size.
struct MemberTable: BitwiseCopyable, Sendable {
  typealias Member = ProcessFamily.Member

  struct Entry: BitwiseCopyable, Sendable {
    var member = Member.nobody
    /// What they mean is up to whoever has the table; an entry with zeroes is free.
    var first: Int32 = 0
    var second: Int32 = 0

    var isFree: Bool { first == 0 && second == 0 }
  }

  /// How many members may have to do with the same thing at the same time.
  static let limit = 64

  private var entries = [64 of Entry](repeating: Entry())
  /// Whether entries of the dead were taken away, and nobody was told.
  fileprivate var hasLost = false

  /// Changes the entry of a member.
  ///
  /// - Returns: `false` if there is no room for it, and nothing was changed.
  mutating func update(_ member: Member, _ change: (inout Entry) -> Void) -> Bool {
    var free: Int?
    for index in 0..<Self.limit {
      if entries[index].isFree {
        free = free ?? index
      } else if entries[index].member == member {
        change(&entries[index])
        return true
      }
    }
    guard let free else { return false }
    entries[free] = Entry(member: member)
    change(&entries[free])
    return true
  }

  /// The entry of a member; a free one if it has none.
  func entry(of member: Member) -> Entry {
    for index in 0..<Self.limit where !entries[index].isFree && entries[index].member == member {
      return entries[index]
    }
    return Entry(member: member)
  }

  /// Whether there is an entry of a member that has died.
  func hasDead(_ family: ProcessFamily) -> Bool {
    (0..<Self.limit).contains { !entries[$0].isFree && !family.isAlive(entries[$0].member) }
  }

  /// Takes away the entries of members who have died.
  ///
  /// - Returns: What they add up to; `nil` if there are none.
  mutating func removeDead(_ family: ProcessFamily) -> (first: Int32, second: Int32)? {
    var sum: (first: Int32, second: Int32)?
    for index in 0..<Self.limit where !entries[index].isFree {
      let entry = entries[index]
      if family.isAlive(entry.member) { continue }
      sum = ((sum?.first ?? 0) + entry.first, (sum?.second ?? 0) + entry.second)
      entries[index] = Entry()
    }
    return sum
  }
}

// Who has something: the first number of an entry is how many handles the process has.
extension RobustCell<MemberTable> {
  /// This process has one handle more.
  ///
  /// - Throws: ``SharingError`` if too many processes have one.
  func register() throws(SharingError) {
    let family = family
    let hasRoom = withLock { table in
      if table.update(family.member, { $0.first += 1 }) { return true }
      // Perhaps only the dead are in the way. That they are is told by a mark that stays.
      guard table.removeDead(family) != nil else { return false }
      table.hasLost = true
      return table.update(family.member) { $0.first += 1 }
    }
    guard hasRoom else {
      throw SharingError(.tooManyProcesses, "\(MemberTable.limit) processes have it already")
    }
  }

  /// This process has one handle less.
  func unregister() {
    let member = family.member
    withLock { table in _ = table.update(member) { $0.first -= 1 } }
  }

  /// Whether a process has died that had a handle, and was not forgotten.
  ///
  /// Whoever finds so draws the conclusions and forgets then: if it dies in between, another one finds so.
  var hasDead: Bool {
    let family = family
    return withLock { $0.hasLost || $0.hasDead(family) }
  }

  /// Takes the dead away.
  ///
  /// - Returns: Whether there were any.
  @discardableResult
  func forgetDead() -> Bool {
    let family = family
    return withLock { table in
      let hadDead = table.removeDead(family) != nil || table.hasLost
      table.hasLost = false
      return hadDead
    }
  }
}

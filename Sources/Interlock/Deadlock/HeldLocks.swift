/// The locks that one thread has, in the order in which it acquired them.
///
/// Known for locks that were acquired while ``DeadlockDetection`` was on, since it was last turned on.
/// Changed by the thread itself, and looked at by others for reports.
struct HeldLocks {
  struct Hold {
    let subject: NamedSubject
    /// Whether others may have it too.
    var isShared: Bool
    /// From where it was acquired.
    let stack: CallStack
  }

  private(set) var holds: [Hold] = []
  /// Since which turning on this is so.
  private var period: UInt64 = 0

  mutating func append(_ hold: Hold, period: UInt64) {
    if period != self.period { holds = [] }
    self.period = period
    holds.append(hold)
  }

  /// The locks that the thread has, but for one.
  func current(period: UInt64, without identity: UInt) -> [Hold] {
    guard period == self.period else { return [] }
    guard holds.contains(where: { $0.subject.identity == identity }) else { return holds }
    return holds.filter { $0.subject.identity != identity }
  }

  mutating func remove(_ identity: UInt) {
    guard let place = holds.lastIndex(where: { $0.subject.identity == identity }) else { return }
    holds.remove(at: place)
  }

  mutating func share(_ identity: UInt) {
    guard let place = holds.lastIndex(where: { $0.subject.identity == identity }) else { return }
    holds[place].isShared = true
  }

  func stack(of identity: UInt, period: UInt64) -> CallStack? {
    // Releases were not noted since.
    guard period == self.period else { return nil }
    return holds.last { $0.subject.identity == identity }?.stack
  }
}

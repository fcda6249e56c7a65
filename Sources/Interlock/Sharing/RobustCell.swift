/// Some state in shared memory that no death can tear, and the lock that guards it.
///
/// There are two copies, and a word that says which one counts. A change is made to the other one, and
/// then the word is written. So whenever whoever changes it dies, one copy is whole and counts: the
/// change was made, or it was not.
///
/// Whoever waits for the state to be another one sleeps on `changes`, which goes up with each change that
/// somebody may wait for.
@safe
final class RobustCell<State: BitwiseCopyable & Sendable>: Sendable {
  /// How long a sleeper relies on being woken; then it looks whether somebody has died.
  private static var patience: Duration { .milliseconds(50) }

  private static var stride: Int { (MemoryLayout<State>.size + 63) / 64 * 64 }

  let memory: SharedMemory
  let family: ProcessFamily
  // SAFETY: `memory` keeps everything mapped. The copies are touched by whoever has the lock, the words
  // only by atomic operations.
  private let lock: RobustLock
  private let current: SharedWord
  private let changes: SharedWord
  private let sleepers: SharedWord
  private let spin = SpinHint()
  private nonisolated(unsafe) let copies: UnsafeMutableRawPointer

  /// Makes a cell.
  init(_ kind: SharedLayout.Kind, _ state: State) throws(SharingError) {
    let size = Place.copies + 2 * Self.stride
    memory = try SharedMemory(kind, of: State.self, bytes: size)
    family = try ProcessFamily.own()
    (lock, current, changes, sleepers) = Self.words(memory)
    unsafe copies = memory.elements + Place.copies
    unsafe copies.storeBytes(of: state, as: State.self)
  }

  /// Opens a cell that another process made.
  init(
    _ kind: SharedLayout.Kind,
    _ memory: SharedMemory,
    _ family: ProcessFamily
  ) throws(SharingError) {
    try memory.check(kind, of: State.self, bytes: Place.copies + 2 * Self.stride)
    self.memory = memory
    self.family = family
    (lock, current, changes, sleepers) = Self.words(memory)
    unsafe copies = memory.elements + Place.copies
  }

  private static func words(
    _ memory: SharedMemory
  ) -> (RobustLock, SharedWord, SharedWord, SharedWord) {
    func word(_ place: Int) -> SharedWord {
      unsafe SharedWord(
        at: (memory.elements + place).bindMemory(to: UInt32.self, capacity: 1)
      )
    }
    return (
      unsafe RobustLock(at: memory.elements + Place.lock),
      word(Place.current), word(Place.changes), word(Place.sleepers)
    )
  }

  /// Looks at the state and changes it.
  func withLock<Result>(_ body: (inout State) -> Result) -> Result {
    // Whether its last owner has died does not matter: one of the copies is whole.
    _ = lock.acquire(until: nil, call: "RobustCell.withLock()")
    let old = current.load(ordering: .relaxed) & 1
    var state = unsafe copies.load(
      fromByteOffset: Int(old) * Self.stride,
      as: State.self
    )
    let result = body(&state)
    unsafe withUnsafeBytes(of: state) { bytes in
      unsafe SharedStep.copy(bytes, to: copies + Int(old ^ 1) * Self.stride)
    }
    // Ordering: releasing, so that the copy is whole for whoever takes the lock from one who died here.
    current.store(old ^ 1, ordering: .releasing)
    lock.release(call: "RobustCell.withLock()")
    return result
  }

  /// Lets all that wait look at the state.
  func announceChange() {
    // Ordering: sequentially consistent, pairs with `wait`: either the sleeper sees the change of the
    // count, or this sees the sleeper.
    changes.update(ordering: .sequentiallyConsistent) { $0 &+ 1 }
    if sleepers.load(ordering: .sequentiallyConsistent) != 0 { changes.wake(.max) }
  }

  /// Waits until `attempt` has a result.
  ///
  /// `attempt` is made again whenever the state may have changed, and now and then; before that
  /// `onPatience` may look for members of the family that have died.
  ///
  /// - Returns: `nil` if the deadline has passed or the thread or task was cancelled.
  func wait<Result>(
    until deadline: Deadline?,
    onPatience: () -> Void = {},
    _ attempt: (inout State) -> Result?
  ) -> Result? {
    if let result = withLock(attempt) { return result }
    return SharedWait.run(until: deadline) { wait -> Result? in
      // One that dies here stays counted, which costs the others some calls that wake nobody.
      sleepers.update(ordering: .sequentiallyConsistent) { $0 &+ 1 }
      defer { sleepers.update(ordering: .sequentiallyConsistent) { $0 &- 1 } }
      while true {
        let seen = changes.load(ordering: .sequentiallyConsistent)
        if let result = withLock(attempt) { return result }
        if spin.look(at: changes, while: seen) { continue }
        guard wait.sleep(on: changes, while: seen, atMost: Self.patience) else { return nil }
        if changes.load(ordering: .relaxed) == seen { onPatience() }
      }
    }
  }
}

extension RobustCell {
  /// Sleeps again and again while something is so that others change.
  ///
  /// - Parameters:
  ///   - deadline: When to give up.
  ///   - isSo: Whether to sleep.
  ///   - around: Does something before and after each sleep, which it is handed.
  /// - Returns: `false` if the deadline has passed or the thread or task was cancelled.
  func sleep(
    until deadline: Deadline?,
    while isSo: () -> Bool,
    _ around: (_ sleep: () -> Bool) -> Bool
  ) -> Bool {
    guard isSo() else { return true }
    return SharedWait.run(until: deadline) { wait in
      sleepers.update(ordering: .sequentiallyConsistent) { $0 &+ 1 }
      defer { sleepers.update(ordering: .sequentiallyConsistent) { $0 &- 1 } }
      while true {
        let seen = changes.load(ordering: .sequentiallyConsistent)
        guard isSo() else { return true }
        let isInTime = around {
          wait.sleep(on: changes, while: seen, atMost: Self.patience)
        }
        if !isInTime { return !isSo() }
      }
    }
  }

  private enum CodingKeys: CodingKey {
    case memory, family
  }

  /// Hands the cell to another process.
  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(memory, forKey: .memory)
    try values.encode(family.memory, forKey: .family)
  }

  /// Takes a cell that another process handed over.
  convenience init(_ kind: SharedLayout.Kind, from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let family = try ProcessFamily.of(values.decode(SharedMemory.self, forKey: .family))
    try self.init(kind, values.decode(SharedMemory.self, forKey: .memory), family)
  }
}

/// Where things are in a cell, in bytes behind the layout.
private enum Place {
  static let lock = 0
  static let current = 64
  static let changes = 68
  static let sleepers = 72
  static let copies = 128
}

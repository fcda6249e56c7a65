import CInterlock

/// A queue of bytes in shared memory; what they mean is up to ``SharedQueue``.
///
/// # States
///
/// There are two positions, of putting and of taking; what is between them is in the queue. Each is one
/// word and changed by whoever has the lock of its side, by one store, which is the moment at which elements
/// are put or taken. A process that dies before it leaves some bytes in free room, or has copied some that
/// stay; one that dies after it has only not woken anybody.
///
/// Each side reads the other one's position without its lock. It may be old: then there seems to be less
/// room, or less to take. So that the line of the cache that one side writes need not come to the other side
/// each time, each keeps what it read last beside its own position, and reads it again when that is not enough:
///
///     head seen by putters ≤ head ≤ tail seen by takers ≤ tail ≤ head seen by putters + capacity
///
/// The queue is closed under the lock of putting, so whoever sees that it is closed sees all that was put.
@usableFromInline
final class SharedQueueCore: Sendable {
  @usableFromInline
  enum PutOutcome: Equatable {
    /// So many, one at the least.
    case put(Int)
    case closed
  }

  @usableFromInline
  enum TakeOutcome: Equatable {
    /// So many, one at the least.
    case taken(Int)
    /// The queue is closed and empty.
    case ended
  }

  let memory: SharedMemory
  let family: ProcessFamily
  let capacity: Int
  let ring: SharedQueueRing
  let accounts: SharedQueueAccounts

  private let putting: RobustLock
  /// The position of putting.
  let tail: SharedLongWord
  /// The position of taking as putters read it last.
  ///
  /// Guarded by: `putting`.
  let seenHead: SharedLongWord
  private let closed: SharedWord
  /// Those who wait for room.
  private let putters: SharedSleepers
  let taking: RobustLock
  /// The position of taking.
  let head: SharedLongWord
  /// The position of putting as takers read it last.
  ///
  /// Guarded by: `taking`; read without it as a hint.
  let seenTail: SharedLongWord
  /// Those who wait for elements.
  private let takers: SharedSleepers
  let joiners: SharedSleepers

  /// Whether all elements have the same size: then room for one is room for any.
  private let isUniform: Bool
  /// Which of the accounts is this process's; -1 if that is not known yet.
  ///
  /// Guarded by: `taking`.
  private let account = Atomic(-1)
  /// Whether looking again and again is worth it, as far as waits of this process have shown.
  private let puttersBudget = Guarded(SpinBudget())
  private let takersBudget = Guarded(SpinBudget())

  /// Makes a queue.
  init<Element>(
    of type: Element.Type,
    capacity: Int,
    granules: Int,
    isUniform: Bool
  ) throws(SharingError) {
    memory = try SharedMemory(
      .queue,
      of: type,
      bytes: Place.ring + granules * SharedQueueRing.granule
    )
    family = try ProcessFamily.own()
    unsafe memory.elements.storeBytes(of: capacity, as: Int.self)
    self.capacity = capacity
    self.isUniform = isUniform
    (putting, tail, closed, putters) = Self.puttingSide(memory)
    (taking, head, takers, joiners) = Self.takingSide(memory)
    seenHead = unsafe SharedLongWord(at: memory.elements + Place.seenHead)
    seenTail = unsafe SharedLongWord(at: memory.elements + Place.seenTail)
    accounts = unsafe SharedQueueAccounts(at: memory.elements + Place.accounts)
    ring = unsafe SharedQueueRing(at: memory.elements + Place.ring, count: granules)
  }

  /// Opens a queue that another process made.
  init<Element>(
    of type: Element.Type,
    _ memory: SharedMemory,
    _ family: ProcessFamily,
    isUniform: Bool
  ) throws(SharingError) {
    let bytes = memory.byteCount - SharedLayout.size
    let granules = (bytes - Place.ring) / SharedQueueRing.granule
    guard granules > 0, granules.nonzeroBitCount == 1 else {
      throw SharingError(.mismatch, "what was received is no queue")
    }
    try memory.check(.queue, of: type, bytes: bytes)
    self.memory = memory
    self.family = family
    self.isUniform = isUniform
    capacity = unsafe memory.elements.load(as: Int.self)
    (putting, tail, closed, putters) = Self.puttingSide(memory)
    (taking, head, takers, joiners) = Self.takingSide(memory)
    seenHead = unsafe SharedLongWord(at: memory.elements + Place.seenHead)
    seenTail = unsafe SharedLongWord(at: memory.elements + Place.seenTail)
    accounts = unsafe SharedQueueAccounts(at: memory.elements + Place.accounts)
    ring = unsafe SharedQueueRing(at: memory.elements + Place.ring, count: granules)
  }

  private static func puttingSide(
    _ memory: SharedMemory
  ) -> (RobustLock, SharedLongWord, SharedWord, SharedSleepers) {
    let base = unsafe memory.elements
    return (
      unsafe RobustLock(at: base + Place.putting),
      unsafe SharedLongWord(at: base + Place.tail),
      unsafe SharedWord(at: (base + Place.closed).bindMemory(to: UInt32.self, capacity: 1)),
      unsafe SharedSleepers(at: base + Place.putters)
    )
  }

  private static func takingSide(
    _ memory: SharedMemory
  ) -> (RobustLock, SharedLongWord, SharedSleepers, SharedSleepers) {
    let base = unsafe memory.elements
    return (
      unsafe RobustLock(at: base + Place.taking),
      unsafe SharedLongWord(at: base + Place.head),
      unsafe SharedSleepers(at: base + Place.takers),
      unsafe SharedSleepers(at: base + Place.joiners)
    )
  }

  private var headPosition: QueuePosition {
    QueuePosition(bits: head.load(ordering: .sequentiallyConsistent))
  }

  private var tailPosition: QueuePosition {
    QueuePosition(bits: tail.load(ordering: .sequentiallyConsistent))
  }
}

// Putting.
extension SharedQueueCore {
  /// Puts elements, as many as there is room for.
  ///
  /// - Parameters:
  ///   - count: How many elements there are.
  ///   - bytes: Calls `place` with the bytes of the element with a number, and returns what that returns.
  /// - Returns: `nil` if there is room for none.
  func tryPut(
    _ count: Int,
    _ bytes: (_ number: Int, _ place: (UnsafeRawBufferPointer) -> Bool) -> Bool
  ) -> PutOutcome? {
    lock(putting)
    // Guarded by: `putting`.
    if closed.load(ordering: .relaxed) != 0 {
      putting.release(call: "SharedQueue.put()")
      return .closed
    }
    var position = QueuePosition(bits: tail.load(ordering: .relaxed))
    // Acquiring, as in `seeHead`, for whoever read it has released the lock.
    var end = QueuePosition(bits: seenHead.load(ordering: .relaxed))
    var placed = 0
    while placed < count {
      if Int(position.count &- end.count) >= capacity {
        end = seeHead()
        if Int(position.count &- end.count) >= capacity { break }
      }
      let hasRoom = unsafe bytes(placed) { bytes in
        let granules = SharedQueueRing.granules(for: bytes.count)
        if granules > ring.count - Int(position.granules &- end.granules) { end = seeHead() }
        guard granules <= ring.count - Int(position.granules &- end.granules) else { return false }
        unsafe ring.write(bytes, at: position.granules)
        position.pass(UInt32(granules))
        return true
      }
      guard hasRoom else { break }
      placed += 1
    }
    // The moment at which they are put.
    if placed > 0 { tail.store(position.bits, ordering: .sequentiallyConsistent) }
    putting.release(call: "SharedQueue.put()")
    guard placed > 0 else { return nil }
    takers.wake(1)
    return .put(placed)
  }

  /// Puts elements, waiting until there is room for one, or gives up.
  ///
  /// - Returns: `nil` if the deadline passed or the thread or task was cancelled.
  func put(
    _ count: Int,
    until deadline: Deadline?,
    _ bytes: (_ number: Int, _ place: (UnsafeRawBufferPointer) -> Bool) -> Bool
  ) -> PutOutcome? {
    if let outcome = unsafe tryPut(count, bytes) { return outcome }
    let seen = QueuePosition(bits: seenHead.load(ordering: .relaxed))
    if look(puttersBudget, at: Place.head, while: seen), let outcome = unsafe tryPut(count, bytes) {
      return outcome
    }
    return putters.wait(until: deadline, passOn: wakePutters) { unsafe tryPut(count, bytes) }
  }

  /// Puts one element, waiting until there is room for it, or gives up.
  @usableFromInline
  func put(_ bytes: UnsafeRawBufferPointer, until deadline: Deadline?) -> PutOutcome? {
    unsafe put(1, until: deadline) { _, place in unsafe place(bytes) }
  }

  /// Reads how far the other side has come.
  ///
  /// The caller has the lock of putting.
  private func seeHead() -> QueuePosition {
    // Sequentially consistent, so acquiring: those who took have read what is overwritten now.
    let head = headPosition
    seenHead.store(head.bits, ordering: .relaxed)
    return head
  }

  private func wakePutters() {
    let (head, tail) = (headPosition, tailPosition)
    if Int(tail.count &- head.count) < capacity { putters.wake(isUniform ? 1 : .max) }
  }

  /// Lets nothing be put any more.
  func close() {
    lock(putting)
    closed.store(1, ordering: .sequentiallyConsistent)
    putting.release(call: "SharedQueue.close()")
    takers.wakeAll()
    putters.wakeAll()
  }

  var isClosed: Bool { closed.load(ordering: .sequentiallyConsistent) != 0 }
}

// Taking.
extension SharedQueueCore {
  /// Takes elements, as many as there are.
  ///
  /// - Parameters:
  ///   - limit: How many at the most.
  ///   - isDone: Whether they count as done.
  ///   - read: Copies one, which is taken only when all were copied.
  /// - Returns: `nil` if there is none.
  func tryTake(
    max limit: Int,
    isDone: Bool = false,
    _ read: (SharedQueueRingElement) -> Void
  ) -> TakeOutcome? {
    if seenTail.load(ordering: .relaxed) == head.load(ordering: .relaxed), isEmpty {
      guard isClosed else { return nil }
      // What was put before is seen now.
      if isEmpty { return .ended }
    }
    lockTaking()
    defer { taking.release(call: "SharedQueue.take()") }
    var position = QueuePosition(bits: head.load(ordering: .relaxed))
    // Acquiring, as in `seeTail`, for whoever read it has released the lock.
    var end = QueuePosition(bits: seenTail.load(ordering: .relaxed))
    if end.count &- position.count < UInt32(clamping: limit) { end = seeTail() }
    var count = 0
    while count < limit, position != end {
      let element = ring.element(at: position.granules)
      guard element.granules <= Int(end.granules &- position.granules) else {
        fatalError("the memory of a SharedQueue was damaged")
      }
      read(element)
      position.pass(UInt32(element.granules))
      count += 1
    }
    guard count > 0 else { return nil }
    let number = accountNumber
    accounts.take(count, number) {
      // The moment at which they are taken.
      head.store(position.bits, ordering: .sequentiallyConsistent)
    }
    if isDone { _ = accounts.finish(count, number) }
    return .taken(count)
  }

  /// Takes elements, waiting until there is one, or gives up.
  ///
  /// - Returns: `nil` if the deadline passed or the thread or task was cancelled.
  func take(
    max limit: Int,
    until deadline: Deadline?,
    _ read: (SharedQueueRingElement) -> Void
  ) -> TakeOutcome? {
    if let outcome = takeAndWake(limit, read) { return outcome }
    let seen = QueuePosition(bits: seenTail.load(ordering: .relaxed))
    if look(takersBudget, at: Place.tail, while: seen), let outcome = takeAndWake(limit, read) {
      return outcome
    }
    return takers.wait(until: deadline, passOn: wakeTakers) { takeAndWake(limit, read) }
  }

  /// Takes one element that has as many bytes as there is room for, waiting until there is one, or gives up.
  @usableFromInline
  func take(to target: UnsafeMutableRawBufferPointer, until deadline: Deadline?) -> TakeOutcome? {
    take(max: 1, until: deadline) { unsafe $0.copyAll(to: target) }
  }

  /// Takes elements, and wakes whoever waits for their room.
  func takeAndWake(
    _ limit: Int,
    isDone: Bool = false,
    _ read: (SharedQueueRingElement) -> Void
  ) -> TakeOutcome? {
    let outcome = tryTake(max: limit, isDone: isDone, read)
    if case .taken = outcome { putters.wake(isUniform ? 1 : .max) }
    return outcome
  }

  /// Reads how far the other side has come.
  ///
  /// The caller has the lock of taking.
  private func seeTail() -> QueuePosition {
    // Sequentially consistent, so acquiring: the bytes of what was put are there.
    let tail = tailPosition
    seenTail.store(tail.bits, ordering: .relaxed)
    return tail
  }

  private func wakeTakers() {
    if !isEmpty { takers.wake(1) }
  }

  var isEmpty: Bool {
    // The head first: it never overtakes the tail.
    let head = headPosition
    return head == tailPosition
  }

  /// How many elements there are.
  var count: Int {
    let head = headPosition
    return min(capacity, Int(tailPosition.count &- head.count))
  }

  /// Guarded by: `taking`.
  var accountNumber: Int {
    let known = account.load(ordering: .relaxed)
    let number = accounts.number(in: family, known: known)
    if number != known { account.store(number, ordering: .relaxed) }
    return number
  }
}

// Locking and looking.
extension SharedQueueCore {
  /// How often to look whether a lock is free before sleeping for it: it is held for a copy of an element.
  private static let looks = 100

  @discardableResult
  private func lock(_ lock: RobustLock) -> RobustLock.Outcome {
    for _ in 0..<Self.looks {
      if !lock.isHeld, let outcome = lock.tryAcquire(call: "SharedQueue") { return outcome }
      interlock_pause()
    }
    return lock.acquire(until: nil, call: "SharedQueue")
  }

  func lockTaking() {
    if lock(taking) == .inherited {
      accounts.repair(takenCount: QueuePosition(bits: head.load(ordering: .relaxed)).count)
    }
  }

  /// Looks for a little while whether the other side goes on.
  ///
  /// - Returns: Whether it has.
  private func look(
    _ budget: borrowing Guarded<SpinBudget>,
    at place: Int,
    while seen: QueuePosition
  ) -> Bool {
    // The half of the position that counts elements.
    let word = unsafe SharedWord(
      at: (memory.elements + place + 4).bindMemory(to: UInt32.self, capacity: 1)
    )
    var own = budget.withLock { $0 }
    let found = own.look(at: word) { $0 != seen.count }
    budget.withLock { $0 = own }
    return found != seen.count
  }
}

extension SharedQueueCore {
  private enum CodingKeys: CodingKey {
    case memory, family
  }

  /// Hands the queue to another process.
  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(memory, forKey: .memory)
    try values.encode(family.memory, forKey: .family)
  }

  /// Takes a queue that another process handed over.
  convenience init<Element>(
    of type: Element.Type,
    isUniform: Bool,
    from decoder: any Decoder
  ) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let family = try ProcessFamily.of(values.decode(SharedMemory.self, forKey: .family))
    let memory = try values.decode(SharedMemory.self, forKey: .memory)
    try self.init(of: type, memory, family, isUniform: isUniform)
  }
}

/// Where things are in a queue, in bytes behind the layout.
///
/// What two sides write is not in one line of the cache.
private enum Place {
  // The capacity is at the beginning.
  static let putting = 64
  static let tail = 128
  static let closed = 136
  static let seenHead = 144
  static let takers = 192
  static let taking = 256
  static let head = 320
  static let seenTail = 328
  static let putters = 384
  static let joiners = 448
  static let accounts = 512
  static let ring = accounts + SharedQueueAccounts.size
}

import Interlock
import Testing

/// Anything that lets one thread inside at a time, so that one suite can test them all.
protocol Excluding: Sendable {
  func withLock<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result

  func withLockIfAvailable<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result?

  func withLock<Result: Sendable, Failure: Error>(
    until deadline: Deadline,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result?
}

/// One of this process, which knows its threads.
protocol Exclusion: AnyObject, Excluding {
  var name: String? { get }
  /// The thread that is inside.
  var owner: ThreadIdentity? { get }
  /// The threads that wait, the next one first; `nil` where nobody stands in line.
  var line: [ThreadIdentity]? { get }
}

/// All of those.
enum ExclusionKind: String, CaseIterable, Sendable {
  case lock = "Lock"
  case fairLock = "fair Lock"
  case recursiveLock = "RecursiveLock"
  case fairRecursiveLock = "fair RecursiveLock"
  case spinLock = "SpinLock"
  case mutex = "Mutex"
  case fairMutex = "fair Mutex"
  case rankedLock = "RankedLock"
  case rankedMutex = "RankedMutex"
  case monitor = "Monitor"
  case writersFirst = "ReadWriteLock for writers"
  case fairReadWriteLock = "fair ReadWriteLock"

  /// Those whose waiting threads sleep in a line.
  static let lined = allCases.filter { $0 != .spinLock }

  /// Those that promise the order of arrival.
  static let fair: [ExclusionKind] = [
    .fairLock, .fairRecursiveLock, .fairMutex, .writersFirst, .fairReadWriteLock,
  ]

  func make(name: String? = nil) -> any Exclusion {
    switch self {
    case .lock: Lock(name: name)
    case .fairLock: Lock(name: name, fairness: .fair)
    case .recursiveLock: RecursiveLock(name: name)
    case .fairRecursiveLock: RecursiveLock(name: name, fairness: .fair)
    case .spinLock: SpinLock(name: name)
    case .mutex: MutexExclusion(name, .barging)
    case .fairMutex: MutexExclusion(name, .fair)
    case .rankedLock: LockHierarchy().lock(rank: 1, name: name)
    case .rankedMutex: RankedMutexExclusion(name)
    case .monitor: MonitorExclusion(name)
    case .writersFirst: WriterExclusion(name, .writers)
    case .fairReadWriteLock: WriterExclusion(name, .fair)
    }
  }
}

extension ExclusionKind: CustomTestStringConvertible {
  var testDescription: String { rawValue }
}

extension Lock: Exclusion {
  var line: [ThreadIdentity]? { waiters }
}

extension RecursiveLock: Exclusion {
  var line: [ThreadIdentity]? { waiters }
}

extension RankedLock: Exclusion {
  var line: [ThreadIdentity]? { waiters }
}

extension SpinLock: Exclusion {
  var line: [ThreadIdentity]? { nil }

  func withLockIfAvailable<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard tryAcquire() else { return nil }
    defer { release() }
    return try body()
  }

  func withLock<Result: Sendable, Failure: Error>(
    until deadline: Deadline,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    guard acquire(until: deadline) else { return nil }
    defer { release() }
    return try body()
  }
}

/// A mutex around nothing.
private final class MutexExclusion: Exclusion {
  private let mutex: Mutex<Void>

  init(_ name: String?, _ fairness: Lock.Fairness) {
    mutex = Mutex((), name: name, fairness: fairness)
  }

  var name: String? { mutex.name }
  var owner: ThreadIdentity? { mutex.owner }
  var line: [ThreadIdentity]? { mutex.waiters }

  func withLock<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try mutex.withLock { _ throws(Failure) in try body() }
  }

  func withLockIfAvailable<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    try mutex.withLockIfAvailable { _ throws(Failure) in try body() }
  }

  func withLock<Result: Sendable, Failure: Error>(
    until deadline: Deadline,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    try mutex.withLock(until: deadline) { _ throws(Failure) in try body() }
  }
}

/// A mutex with a rank, around nothing.
private final class RankedMutexExclusion: Exclusion {
  private let mutex: RankedMutex<Void>

  init(_ name: String?) {
    mutex = LockHierarchy().mutex((), rank: 1, name: name)
  }

  var name: String? { mutex.name }
  var owner: ThreadIdentity? { mutex.owner }
  var line: [ThreadIdentity]? { mutex.waiters }

  func withLock<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try mutex.withLock { _ throws(Failure) in try body() }
  }

  func withLockIfAvailable<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    try mutex.withLockIfAvailable { _ throws(Failure) in try body() }
  }

  func withLock<Result: Sendable, Failure: Error>(
    until deadline: Deadline,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    try mutex.withLock(until: deadline) { _ throws(Failure) in try body() }
  }
}

/// A monitor whose predicates always hold; who waits for its lock is not to be seen from outside.
private final class MonitorExclusion: Exclusion {
  private let monitor: Monitor<Void>

  init(_ name: String?) {
    monitor = Monitor((), name: name)
  }

  var name: String? { monitor.name }
  var owner: ThreadIdentity? { monitor.owner }
  var line: [ThreadIdentity]? { nil }

  func withLock<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try monitor.withLock { _ throws(Failure) in try body() }
  }

  func withLockIfAvailable<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    try monitor.withLockIfAvailable { _ throws(Failure) in try body() }
  }

  func withLock<Result: Sendable, Failure: Error>(
    until deadline: Deadline,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    let isReady: @Sendable (borrowing Void) -> Bool = { _ in true }
    return try monitor.withLock(when: isReady, until: deadline) { _ throws(Failure) in try body() }
  }
}

/// The writers' side of a read-write lock.
private final class WriterExclusion: Exclusion {
  private let lock: ReadWriteLock<Bool>

  init(_ name: String?, _ preference: ReadWritePreference) {
    lock = ReadWriteLock(false, preference: preference, name: name)
  }

  var name: String? { lock.name }
  var owner: ThreadIdentity? { lock.writer }
  var line: [ThreadIdentity]? { lock.waiters }

  func withLock<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try lock.withWriteLock { _ throws(Failure) in try body() }
  }

  func withLockIfAvailable<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    try lock.withWriteLockIfAvailable { _ throws(Failure) in try body() }
  }

  func withLock<Result: Sendable, Failure: Error>(
    until deadline: Deadline,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    try lock.withWriteLock(until: deadline) { _ throws(Failure) in try body() }
  }
}

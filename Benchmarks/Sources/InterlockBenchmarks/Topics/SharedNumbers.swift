import Interlock
import Synchronization

/// Our mutex around a number, at an address of its own.
final class InterlockMutex: Sendable {
  private let number = Interlock::Mutex(0)

  @inline(__always)
  func addOne() { number.withLock { $0 &+= 1 } }
}

/// The standard library's mutex around a number, at an address of its own.
final class StandardMutex: Sendable {
  private let number = Synchronization::Mutex(0)

  @inline(__always)
  func addOne() { number.withLock { $0 &+= 1 } }
}

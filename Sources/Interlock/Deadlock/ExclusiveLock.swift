/// A lock that one holder at a time has, as far as ``acquireAll(_:)`` and its like need to know.
///
/// ``Lock``, ``RecursiveLock``, ``SpinLock``, ``RankedLock`` and ``SharedLock`` conform; they may be mixed
/// in one call. Conform with a lock of your own if it has these verbs.
///
///     let locks: [any ExclusiveLock] = [Lock(name: "from"), Lock(name: "to")]
///     withAllLocked(locks) { print("both are mine") }
public protocol ExclusiveLock: AnyObject, Sendable {
  /// Waits until the lock is free and takes it.
  func acquire()

  /// Takes the lock if it is free.
  ///
  /// - Returns: Whether the caller has the lock now.
  func tryAcquire() -> Bool

  /// Waits until the lock is free and takes it, or gives up.
  ///
  /// - Parameter deadline: When to give up; with ``Deadline/never`` only for cancellation.
  /// - Returns: Whether the caller has the lock now.
  func acquire(until deadline: Deadline) -> Bool

  /// Lets the lock go.
  func release()

  /// Where the lock stands in the order in which several are acquired; two objects with the same place are
  /// the same lock.
  var acquisitionOrder: AcquisitionOrder { get }
}

extension ExclusiveLock {
  /// The place of the object among those that live.
  public var acquisitionOrder: AcquisitionOrder { AcquisitionOrder(of: self) }
}

extension Lock: ExclusiveLock {
  /// Where the lock stands in the order in which several are acquired.
  public var acquisitionOrder: AcquisitionOrder { AcquisitionOrder(number: orderNumber.value) }
}

extension RecursiveLock: ExclusiveLock {
  /// Where the lock stands in the order in which several are acquired.
  public var acquisitionOrder: AcquisitionOrder { lock.acquisitionOrder }
}

extension SpinLock: ExclusiveLock {
  /// Where the lock stands in the order in which several are acquired.
  public var acquisitionOrder: AcquisitionOrder { AcquisitionOrder(number: orderNumber.value) }
}

extension SharedLock: ExclusiveLock {
  /// Where the lock stands in the order in which several are acquired, the same in all processes.
  public var acquisitionOrder: AcquisitionOrder { AcquisitionOrder(shared: identifier) }
}

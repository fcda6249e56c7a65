/// One step of a thread that other threads can notice, as a watching world sees it.
///
/// At the usual level one call of the toolkit is one operation (`Lock.acquire`, `Event.set`): a
/// world hears of it in ``World/begin(_:)`` and ``World/end(_:succeeded:)``, and the accesses to
/// words in between are part of it. A world may look one level deeper, at those words.
package struct Operation: Sendable {
  /// What is done, in the words of the documentation: locks are acquired and released, barriers
  /// are arrived at, threads park and wake.
  package enum Kind: String, Sendable {
    case acquire, tryAcquire, release
    case acquireShared, tryAcquireShared, releaseShared, downgrade
    case wait, tryWait, notify
    case arrive, abort, reset
    case add, done
    case set, clear, run
    case put, tryPut, take, tryTake, select, drain, close
    case start, join, finish, cancel, submit
    case sleep, yield
  }

  package let kind: Kind
  package let subject: Subject
  /// Whether it may be given up before it has what it asks for.
  package let mayGiveUp: Bool

  package init(_ kind: Kind, _ subject: Subject, mayGiveUp: Bool = false) {
    self.kind = kind
    self.subject = subject
    self.mayGiveUp = mayGiveUp
  }
}

/// The object that an operation is about: a lock, a barrier, a thread.
package struct Subject: Sendable {
  /// The kind of thing, as its users write it.
  package let type: StaticString
  /// What tells it from others of its kind while it lives.
  package let identity: UInt
  /// The name its user gave it.
  package let name: String?
  /// Whether whoever acquires it has it until releasing it, and others wait for that.
  package let isLock: Bool

  package init(_ type: StaticString, _ object: AnyObject, name: String?, isLock: Bool = false) {
    self.type = type
    self.identity = UInt(bitPattern: ObjectIdentifier(object))
    self.name = name
    self.isLock = isLock
  }
}

extension Subject {
  /// The object itself, while the operation on it is being done: it is alive then.
  package var object: AnyObject? {
    // SAFETY: whoever does the operation calls a method of the object.
    unsafe UnsafeRawPointer(bitPattern: identity).map {
      unsafe Unmanaged<AnyObject>.fromOpaque($0).takeUnretainedValue()
    }
  }
}

extension Subject: CustomStringConvertible {
  /// The thing as messages call it, as in `Lock "accounts"`.
  package var description: String {
    name.map { "\(type) \"\($0)\"" } ?? "a \(type) without a name"
  }
}

extension Operation: CustomStringConvertible {
  /// The call as its users write it, as in `Lock.acquire() on "accounts"`.
  package var description: String {
    let call = "\(subject.type).\(kind.rawValue)()"
    return subject.name.map { "\(call) on \"\($0)\"" } ?? call
  }
}

/// One access to a word that threads share.
@usableFromInline
package struct WordAccess: Sendable {
  /// What is done to the word.
  @usableFromInline
  package enum Kind: String, Sendable {
    /// Atomic accesses, which order what they say they order.
    case load, store, update
    /// Accesses to memory that is not meant to be shared without a lock.
    case plainLoad, plainStore
    /// A fence, which has no word.
    case fence
    /// An exchange with the word of a guard, which the toolkit holds for some instructions: to those who
    /// look at operations only it is never contended.
    case guarding
  }

  package let kind: Kind
  /// Where the word is; 0 for a fence.
  package let address: UInt
  /// The compiler's number of the ordering (`__ATOMIC_…`).
  package let ordering: Int32

  package init(_ kind: Kind, address: UInt, ordering: Int32) {
    self.kind = kind
    self.address = address
    self.ordering = ordering
  }
}

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
    /// Asks the thing how it is, and leaves it so.
    case look
    /// Asks how far others have come with it, whatever they have done to get there.
    case ask
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
///
/// It holds no reference: each operation has one, and to count references would be most of what it costs. So
/// ``object`` and ``name`` are there only while the operation is being done; ``NamedSubject`` outlives it.
package struct Subject: Sendable {
  /// The kind of thing, as its users write it.
  package let type: StaticString
  /// What tells it from others of its kind while it lives.
  package let identity: UInt
  /// How it excludes threads.
  package let exclusion: Exclusion
  /// Whether its name is its object's.
  private let isNamed: Bool

  /// How a thing excludes threads from what others do with it.
  package enum Exclusion: Sendable {
    /// It does not.
    case none
    /// It does not, but its workers wait until there is a task: the thing is a `PoolCore`.
    case pool
    /// It does not, but others wait for its end: the thing is an `AnyPoolTask`.
    case poolTask
    /// The same, of several tasks: the thing is a `TaskGathering`.
    case poolTasks
    /// Whoever acquires it has it until releasing it, and others wait for that.
    case shared
    /// The same, for one thread at a time: the thing is a `Lock`.
    case lock
    /// The same: the thing is a `SpinLock`.
    case spinLock

    fileprivate var isLock: Bool {
      switch self {
      case .none, .pool, .poolTask, .poolTasks: false
      case .shared, .lock, .spinLock: true
      }
    }
  }

  /// A thing that is called what its object is called.
  package init(_ type: StaticString, _ object: any Named, exclusion: Exclusion = .none) {
    self.type = type
    identity = UInt(bitPattern: ObjectIdentifier(object))
    self.exclusion = exclusion
    isLock = exclusion.isLock
    isNamed = true
  }

  /// A thing without a name.
  package init(_ type: StaticString, unnamed object: AnyObject, exclusion: Exclusion = .none) {
    self.type = type
    identity = UInt(bitPattern: ObjectIdentifier(object))
    self.exclusion = exclusion
    isLock = exclusion.isLock
    isNamed = false
  }

  /// Whether whoever acquires it has it until releasing it, and others wait for that.
  package let isLock: Bool

  /// The lock, if one thread at a time can have it.
  package var soleLock: SoleLock? { SoleLock(exclusion, identity) }
}

/// A lock that one thread at a time can have, as somebody knows it who does not own it.
///
/// To ask it costs no counting of references; whoever asks knows that the lock is there.
package struct SoleLock: Hashable, Sendable {
  private let isSpinLock: Bool
  /// What tells it from others of its kind while it lives.
  package let identity: UInt

  init?(_ exclusion: Subject.Exclusion, _ identity: UInt) {
    switch exclusion {
    case .none, .pool, .poolTask, .poolTasks, .shared: return nil
    case .lock: isSpinLock = false
    case .spinLock: isSpinLock = true
    }
    self.identity = identity
  }

  /// The number of the thread that has the lock; 0 if nobody has.
  package var ownerNumber: UInt32 {
    // SAFETY: the subject that this was made of said of which class the lock is; a thread that is in one of
    // its methods keeps it alive.
    guard let address = unsafe UnsafeRawPointer(bitPattern: identity) else { return 0 }
    if isSpinLock {
      return unsafe Unmanaged<SpinLock>.fromOpaque(address)._withUnsafeGuaranteedRef {
        $0.ownerNumber
      }
    }
    return unsafe Unmanaged<Lock>.fromOpaque(address)._withUnsafeGuaranteedRef { $0.ownerNumber }
  }
}

/// A thing that its user may have given a name.
package protocol Named: AnyObject {
  /// The name, if there is one.
  var nameForReports: String? { get }
}

extension Subject {
  /// The name its user gave it, while the operation on it is being done.
  package var name: String? {
    isNamed ? (object as? any Named)?.nameForReports : nil
  }

  /// The same for whoever asks later.
  package var named: NamedSubject { NamedSubject(subject: self, name: name) }

  /// The object itself, while the operation on it is being done: it is alive then.
  package var object: AnyObject? {
    // SAFETY: whoever does the operation calls a method of the object.
    unsafe UnsafeRawPointer(bitPattern: identity).map {
      unsafe Unmanaged<AnyObject>.fromOpaque($0).takeUnretainedValue()
    }
  }
}

extension Subject: CustomStringConvertible {
  /// The thing as messages call it, as in `Lock "accounts"`, while the operation on it is being done.
  package var description: String { named.description }
}

/// A ``Subject`` for whoever asks what it was when its object may be gone.
package struct NamedSubject: Sendable {
  private let subject: Subject
  /// The name its user gave it.
  package let name: String?

  fileprivate init(subject: Subject, name: String?) {
    self.subject = subject
    self.name = name
  }

  /// What told it from others of its kind.
  package var identity: UInt { subject.identity }
}

extension NamedSubject: CustomStringConvertible {
  /// The thing as messages call it, as in `Lock "accounts"`.
  package var description: String {
    name.map { "\(subject.type) \"\($0)\"" } ?? "a \(subject.type) without a name"
  }
}

extension Operation {
  /// The call as its users write it, as in `Lock.acquire()`.
  var call: String { "\(subject.type).\(kind.rawValue)()" }
}

extension Operation: CustomStringConvertible {
  /// The call as its users write it, as in `Lock.acquire() on "accounts"`, while it is being done.
  package var description: String {
    if kind == .look {
      return subject.isLock ? "looks at \(subject)" : "\(subject.type).isCancelled"
    }
    if kind == .ask { return "looks at \(subject)" }
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

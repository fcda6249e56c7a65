import Synchronization

/// What the bodies of a parallel loop threw.
@usableFromInline
final class LoopFailure<Failure: Error>: Sendable {
  private let first = Guarded<(index: UInt, error: Failure)?>(
    nil,
    // The least one is kept, in whatever order they come, and it is read when the loop is over.
    isQuiet: true
  )
  @usableFromInline let flag: Interlock::Atomic<Bool>

  @usableFromInline
  init() {
    flag = Interlock::Atomic(false)
  }

  /// Whether a body can throw at all; known when the loop is compiled.
  @inlinable static var canBe: Bool {
    @inline(__always) get { Failure.self != Never.self }
  }

  /// Whether some body has thrown.
  @inlinable var isThere: Bool {
    @inline(__always) get { Self.canBe && flag.load(ordering: .relaxed) }
  }

  /// A body has thrown; the error of the least index is kept.
  @usableFromInline
  func note(_ error: Failure, at index: UInt) {
    flag.store(true, ordering: .relaxed)
    // What is not kept goes when the guard is free.
    let left: Failure? = first.withLock { first in
      if let known = first, known.index < index { return error }
      defer { first = (index, error) }
      return first?.error
    }
    withExtendedLifetime(left) {}
  }

  /// Throws what was kept.
  @inlinable
  func rethrow() throws(Failure) {
    if Self.canBe, let error = kept { throw error }
  }

  @usableFromInline var kept: Failure? { first.withLock { $0?.error } }
}

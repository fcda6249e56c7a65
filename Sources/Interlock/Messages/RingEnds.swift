import Synchronization

/// Where the puts and the takes of a queue are at: two words in memory of their own.
///
/// Queues reach them, and through them their rings, without counting references.
@safe
@usableFromInline
struct RingEnds<Element> {
  @usableFromInline
  struct Words: ~Copyable {
    // The addresses of rings.
    @usableFromInline let put: Interlock::Atomic<UInt>
    @usableFromInline let take: Interlock::Atomic<UInt>

    init(_ base: UInt) {
      put = Interlock::Atomic(base)
      take = Interlock::Atomic(base)
    }
  }

  // SAFETY: allocated in `init`, freed by the owner when the queue goes.
  @usableFromInline let words: UnsafeMutablePointer<Words>

  init(_ base: UInt) {
    unsafe words = .allocate(capacity: 1)
    unsafe words.initialize(to: Words(base))
  }

  func free() {
    unsafe words.deinitialize(count: 1)
    unsafe words.deallocate()
  }

  // SAFETY: the address of a ring that lives as long as its queue.
  @inlinable @inline(__always)
  static func ring(_ base: UInt) -> Ring<Element> {
    unsafe Ring(base: UnsafeMutableRawPointer(bitPattern: base).unsafelyUnwrapped)
  }

  /// The ring where the next put goes.
  ///
  /// `isWatched` is a literal: whether the world may want to see it.
  @inlinable @inline(__always)
  func putRing(isWatched: Bool = true) -> Ring<Element> {
    // Ordering (Q5): acquiring, pairs with `setPutBase`: the ring is made.
    unsafe Self.ring(words.pointee.put.load(ordering: .acquiring, isWatched: isWatched))
  }

  /// The ring where the next take comes from.
  ///
  /// `isWatched` is a literal: whether the world may want to see it.
  @inlinable @inline(__always)
  func takeRing(isWatched: Bool = true) -> Ring<Element> {
    // Ordering (Q5): acquiring, pairs with `setTakeBase`: the ring is made.
    unsafe Self.ring(words.pointee.take.load(ordering: .acquiring, isWatched: isWatched))
  }

  func setPutBase(_ base: UInt) {
    // Ordering (Q5): releasing, pairs with the load in `putRing`.
    unsafe words.pointee.put.store(base, ordering: .releasing)
  }

  func setTakeBase(_ base: UInt) {
    // Ordering (Q5): releasing, pairs with the load in `takeRing`.
    unsafe words.pointee.take.store(base, ordering: .releasing)
  }
}

// SAFETY: the words are atomic.
extension RingEnds: @unchecked Sendable where Element: Sendable {}

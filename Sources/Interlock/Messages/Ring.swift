import Synchronization

/// A fixed number of slots in a circle, where threads put elements and take them without a lock.
///
/// The algorithm is Dmitry Vyukov's bounded queue for many producers and consumers, with positions
/// as the array channel of crossbeam has them: a position is a slot's index, and in the bits above
/// the number of times that the ring has been gone round, so that a ring of any capacity needs no
/// division. The highest bit of the tail *seals* the ring: nothing is put any more.
///
/// States of a slot at index `i`, told by its stamp, for the lap `n` (`p` is the position of both):
///
/// | stamp | meaning | next |
/// |---|---|---|
/// | `p` | free for the put at `p` | whoever moves the tail on from `p` writes the element, then `p + 1` |
/// | `p + 1` | full, for the take at `p` | whoever moves the head on from `p` reads the element, then `p + oneLap` |
/// | `p + oneLap` | free for the put one lap later | |
///
/// Invariant: between moving the tail (the head) on from `p` and changing the stamp, a slot belongs
/// to the one thread that did the former. A thread that is stopped there keeps others from going
/// past its slot: for them the ring is full or empty until it goes on.
///
/// A ring is memory that its queue owns: whoever has one has made sure that the queue lives.
@safe
@usableFromInline
struct Ring<Element> {
  // SAFETY: allocated in `init`, freed in `free` by the queue's deinit. The words in it are atomic;
  // the elements are touched as the invariant says.
  @usableFromInline let base: UnsafeMutableRawPointer

  @usableFromInline typealias Word = Interlock::Atomic<UInt64>

  /// The words that change stand on lines of their own, 128 bytes because lines are fetched in pairs.
  @usableFromInline static var capacityOffset: Int { 0 }
  @usableFromInline static var oneLapOffset: Int { 8 }
  @usableFromInline static var tailOffset: Int { 128 }
  @usableFromInline static var headOffset: Int { 256 }
  @usableFromInline static var slotsOffset: Int { 384 }

  @usableFromInline static var sealedBit: UInt64 { 1 << 63 }

  /// A ring of `capacity` slots, at least 1, at most 2³².
  init(capacity: Int) {
    let size = Self.slotsOffset + capacity * Self.slotSize
    unsafe base = .allocate(byteCount: size, alignment: max(128, MemoryLayout<Element>.alignment))
    unsafe base.storeBytes(of: UInt64(capacity), toByteOffset: Self.capacityOffset, as: UInt64.self)
    // The index of the last slot plus 1 is no index, and not yet the next lap.
    let oneLap = UInt64(1) << (64 - UInt64(capacity).leadingZeroBitCount)
    unsafe base.storeBytes(of: oneLap, toByteOffset: Self.oneLapOffset, as: UInt64.self)
    unsafe tail.initialize(to: Word(0))
    unsafe head.initialize(to: Word(0))
    for index in 0..<UInt64(capacity) {
      unsafe stamp(at: index).initialize(to: Word(index))
    }
  }

  /// The ring whose memory is at `base`.
  @inlinable @inline(__always)
  init(base: UnsafeMutableRawPointer) {
    unsafe self.base = base
  }

  /// Gives the memory back, with the elements that are left.
  ///
  /// Nobody else uses the ring, now or later, so nobody watches: which thread is the last to let go of a queue
  /// follows from nothing that threads do to each other.
  func free() {
    while case .element = take(isWatched: false) {}
    unsafe base.deallocate()
  }
}

// SAFETY: see the invariant.
extension Ring: @unchecked Sendable where Element: Sendable {}

// The parts of the memory. The stamps and elements of neighbours share lines: apart, each element
// would take a whole one, which costs more than sharing does.
extension Ring {
  @inlinable static var elementOffset: Int {
    @inline(__always) get { max(MemoryLayout<UInt64>.size, MemoryLayout<Element>.alignment) }
  }

  @inlinable static var slotSize: Int {
    @inline(__always) get {
      let alignment = max(MemoryLayout<UInt64>.alignment, MemoryLayout<Element>.alignment)
      let size = elementOffset + MemoryLayout<Element>.size
      return (size + alignment - 1) / alignment * alignment
    }
  }

  @inlinable var capacity: UInt64 {
    @inline(__always) get {
      unsafe base.load(fromByteOffset: Self.capacityOffset, as: UInt64.self)
    }
  }

  @inlinable var oneLap: UInt64 {
    @inline(__always) get { unsafe base.load(fromByteOffset: Self.oneLapOffset, as: UInt64.self) }
  }

  /// Where the next put goes.
  @inlinable var tail: UnsafeMutablePointer<Word> {
    @inline(__always) get {
      unsafe (base + Self.tailOffset).assumingMemoryBound(to: Word.self)
    }
  }

  /// Where the next take comes from.
  @inlinable var head: UnsafeMutablePointer<Word> {
    @inline(__always) get {
      unsafe (base + Self.headOffset).assumingMemoryBound(to: Word.self)
    }
  }

  @inlinable @inline(__always)
  func slot(at index: UInt64) -> UnsafeMutableRawPointer {
    unsafe base + Self.slotsOffset + Int(truncatingIfNeeded: index) * Self.slotSize
  }

  @inlinable @inline(__always)
  func stamp(at index: UInt64) -> UnsafeMutablePointer<Word> {
    unsafe slot(at: index).assumingMemoryBound(to: Word.self)
  }

  @inlinable @inline(__always)
  func element(at index: UInt64) -> UnsafeMutablePointer<Element> {
    unsafe (slot(at: index) + Self.elementOffset).assumingMemoryBound(to: Element.self)
  }

  @inlinable @inline(__always)
  func position(after position: UInt64, _ oneLap: UInt64) -> UInt64 {
    let index = position & (oneLap - 1)
    return index + 1 < capacity ? position + 1 : (position & ~(oneLap - 1)) + oneLap
  }
}

/// How trying to put an element into a ring ended.
@usableFromInline
enum RingPut {
  case done
  /// There is no free slot, or the next one is still being read.
  case full
  /// Nothing will be put any more.
  case sealed
}

/// How trying to take an element out of a ring ended.
@usableFromInline
enum RingTake<Element> {
  case element(Element)
  /// There is no element, or the next one is still being written.
  case empty
  /// There is no element, and there will be none.
  case sealed
}

extension Ring {
  /// Puts `element` into the next slot, if it is free.
  ///
  /// `isWatched` is a literal: whether the world may want to see it.
  @inlinable @inline(__always)
  func put(_ element: Element, isWatched: Bool = true) -> RingPut {
    let oneLap = oneLap
    // Positions are only guesses until the stamp confirms them, so relaxed loads will do.
    var position = unsafe tail.pointee.load(ordering: .relaxed, isWatched: isWatched)
    while true {
      if position & Self.sealedBit != 0 { return .sealed }
      let index = position & (oneLap - 1)
      // Ordering (Q1): acquiring, pairs with the store in `take`: the slot was read to the end.
      let stamp = unsafe stamp(at: index).pointee.load(
        ordering: .acquiring,
        isWatched: isWatched
      )
      if stamp == position {
        let (isMine, found) = unsafe tail.pointee.weakCompareExchange(
          expected: position,
          desired: self.position(after: position, oneLap),
          // Ordering (Q4): sequentially consistent, before the look at who waits; see `WaitingSide`.
          ordering: .sequentiallyConsistent,
          isWatched: isWatched
        )
        if isMine {
          unsafe self.element(at: index).initialize(to: element)
          // Ordering (Q2): releasing, pairs with the load in `take`.
          unsafe self.stamp(at: index).pointee.store(
            position + 1,
            ordering: .releasing,
            isWatched: isWatched
          )
          return .done
        }
        position = found
      } else {
        let found = unsafe tail.pointee.load(ordering: .relaxed, isWatched: isWatched)
        if found == position { return .full }
        position = found
      }
    }
  }

  /// Takes the element out of the next slot, if there is one.
  ///
  /// `isWatched` is a literal: whether the world may want to see it.
  @inlinable @inline(__always)
  func take(isWatched: Bool = true) -> RingTake<Element> {
    let oneLap = oneLap
    var position = unsafe head.pointee.load(ordering: .relaxed, isWatched: isWatched)
    while true {
      let index = position & (oneLap - 1)
      // Ordering (Q2): acquiring, pairs with the store in `put`: the element is there.
      let stamp = unsafe stamp(at: index).pointee.load(
        ordering: .acquiring,
        isWatched: isWatched
      )
      if stamp == position + 1 {
        let (isMine, found) = unsafe head.pointee.weakCompareExchange(
          expected: position,
          desired: self.position(after: position, oneLap),
          // Ordering (Q4): sequentially consistent, before the look at who waits; see `WaitingSide`.
          ordering: .sequentiallyConsistent,
          isWatched: isWatched
        )
        if isMine {
          let element = unsafe element(at: index).move()
          // Ordering (Q1): releasing, pairs with the load in `put`.
          unsafe self.stamp(at: index).pointee.store(
            position + oneLap,
            ordering: .releasing,
            isWatched: isWatched
          )
          return .element(element)
        }
        position = found
      } else {
        let found = unsafe head.pointee.load(ordering: .relaxed, isWatched: isWatched)
        if found == position {
          // Ordering (Q3): acquiring, pairs with `seal`: everything before the sealing is known.
          let tail = unsafe tail.pointee.load(
            ordering: .acquiring,
            isWatched: isWatched
          )
          return tail == position | Self.sealedBit ? .sealed : .empty
        }
        position = found
      }
    }
  }

  /// Lets nothing be put any more.
  func seal() {
    // Ordering (Q3): sequentially consistent; `WaitingSide` wakes everybody afterwards.
    _ = unsafe tail.pointee.bitwiseOr(Self.sealedBit, ordering: .sequentiallyConsistent)
  }

  /// Whether a put would not have to wait, now or as soon as a take that has begun is through.
  var isReadyToPut: Bool {
    let position = unsafe tail.pointee.load(ordering: .sequentiallyConsistent)
    return position & Self.sealedBit != 0 || puts - takes < Int(capacity)
  }

  /// What there is to take, at one moment of this call.
  enum Stock {
    /// An element, or one will be as soon as a put that has begun is through.
    case some
    case none
    /// Nothing, and nothing will come: the ring is sealed.
    case over
  }

  var stock: Stock {
    // The head first: if it is where the tail is a moment later, nobody has taken in between.
    let head = unsafe head.pointee.load(ordering: .sequentiallyConsistent)
    let tail = unsafe tail.pointee.load(ordering: .sequentiallyConsistent)
    if tail == head { return .none }
    return tail == head | Self.sealedBit ? .over : .some
  }

  /// How many elements were put since the beginning.
  var puts: Int { unsafe count(tail.pointee.load(ordering: .sequentiallyConsistent)) }

  /// How many elements were taken since the beginning.
  var takes: Int { unsafe count(head.pointee.load(ordering: .sequentiallyConsistent)) }

  /// How many elements are there; it may be old when it arrives.
  @inlinable var count: Int {
    // The head first: it never overtakes the tail.
    let head = unsafe head.pointee.load(ordering: .sequentiallyConsistent)
    let tail = unsafe tail.pointee.load(ordering: .sequentiallyConsistent)
    return max(0, min(count(tail) - count(head), Int(capacity)))
  }

  @inlinable
  func count(_ position: UInt64) -> Int {
    let position = position & ~Self.sealedBit
    let laps = position >> UInt64(oneLap.trailingZeroBitCount)
    return Int(truncatingIfNeeded: laps &* capacity &+ (position & (oneLap - 1)))
  }
}

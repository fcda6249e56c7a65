/// How far a queue's putting or taking has come.
///
/// Both numbers only go up, and begin again at zero when they have no bits left. They are one word, so
/// that whoever dies has either gone on by a whole element or not at all.
struct QueuePosition: Equatable, Sendable {
  /// How many elements.
  var count: UInt32 = 0
  /// How many granules of the ring they took.
  var granules: UInt32 = 0

  init(bits: UInt64) {
    count = UInt32(truncatingIfNeeded: bits >> 32)
    granules = UInt32(truncatingIfNeeded: bits)
  }

  var bits: UInt64 { UInt64(count) << 32 | UInt64(granules) }

  mutating func pass(_ granules: UInt32) {
    count &+= 1
    self.granules &+= granules
  }
}

/// The bytes of a queue's elements, in memory that processes share.
///
/// Each element has one granule with its size and then its bytes, which may go on at the beginning of
/// the ring where its end is.
@safe
struct SharedQueueRing: @unchecked Sendable {
  static let granule = 8
  /// A power of two, so that positions may begin again at zero.
  static let greatestCount = 1 << 30

  // SAFETY: whoever makes a ring keeps the memory mapped. Granules from the taking position to the
  // putting position are read by whoever has the takers' lock; the others are written by whoever has
  // the putters' lock.
  private let base: UnsafeMutableRawPointer
  /// How many granules there are.
  let count: Int

  init(at base: UnsafeMutableRawPointer, count: Int) {
    unsafe self.base = base
    self.count = count
  }

  /// How many granules an element of so many bytes takes; too many if it does not matter how many.
  static func granules(for byteCount: Int) -> Int {
    byteCount > greatestCount * granule ? .max : 1 + (byteCount + granule - 1) / granule
  }

  private func offset(_ granule: UInt32) -> Int { (Int(granule) & (count - 1)) * Self.granule }

  /// Writes an element from a granule on.
  func write(_ bytes: UnsafeRawBufferPointer, at granule: UInt32) {
    SharedStep.pass()
    unsafe base.storeBytes(of: bytes.count, toByteOffset: offset(granule), as: Int.self)
    let start = offset(granule &+ 1)
    let atOnce = min(bytes.count, count * Self.granule - start)
    unsafe SharedStep.copy(UnsafeRawBufferPointer(rebasing: bytes.prefix(atOnce)), to: base + start)
    unsafe SharedStep.copy(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(atOnce)), to: base)
  }

  /// The element that begins at a granule.
  func element(at granule: UInt32) -> SharedQueueRingElement {
    unsafe SharedQueueRingElement(
      byteCount: base.load(fromByteOffset: offset(granule), as: Int.self),
      granule: granule,
      ring: self
    )
  }

  /// Copies the bytes of the element that begins at a granule.
  fileprivate func read(at granule: UInt32, to target: UnsafeMutableRawBufferPointer) {
    let start = offset(granule &+ 1)
    let atOnce = min(target.count, count * Self.granule - start)
    guard let destination = target.baseAddress else { return }
    unsafe destination.copyMemory(from: base + start, byteCount: atOnce)
    unsafe (destination + atOnce).copyMemory(from: base, byteCount: target.count - atOnce)
  }
}

/// An element in a ring, which is there as long as nobody takes it.
struct SharedQueueRingElement {
  let byteCount: Int
  fileprivate let granule: UInt32
  fileprivate let ring: SharedQueueRing

  var granules: Int { byteCount < 0 ? .max : SharedQueueRing.granules(for: byteCount) }

  /// Copies its bytes, which are as many as there is room for.
  func copyAll(to target: UnsafeMutableRawBufferPointer) {
    guard byteCount == target.count else { fatalError("the memory of a SharedQueue was damaged") }
    unsafe ring.read(at: granule, to: target)
  }
}

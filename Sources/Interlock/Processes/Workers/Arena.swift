import CInterlock

/// Where one end of a mailbox writes its messages and the other one reads them.
///
/// It is a range of addresses that is backed as far as it was needed, so that growing moves nothing.
/// What only a large message needed is given back some messages later.
@safe
final class Arena: @unchecked Sendable {
  /// Below this, memory is neither asked for before it is touched nor given back.
  private static let granule = 1 << 20
  /// After so many messages without need of it, memory is given back.
  private static let patience = 16

  // SAFETY: the mailbox that owns the arena keeps it mapped. Writer and reader take turns, as the
  // mailbox says; only whoever has the turn calls `reserve` and `settle`.
  private let base: UnsafeMutableRawPointer
  private let capacity: Int
  /// How many bytes can be written without asking.
  private var backed: Int
  /// The largest of the last messages, and how many they are.
  private var recent = (largest: 0, count: 0)

  init(_ region: UnsafeMutableRawBufferPointer) {
    unsafe base = region.baseAddress.unsafelyUnwrapped
    capacity = region.count
    backed = min(Self.granule, region.count)
  }

  /// What can be written to.
  var bytes: UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: base, count: backed)
  }

  /// Makes sure that there are `count` bytes to write.
  ///
  /// - Throws: ``MessageError`` if there is no room for so many.
  func reserve(_ count: Int) throws(MessageError) {
    guard count > backed else { return }
    guard count <= capacity else {
      throw MessageError("a message has \(count) bytes; \(capacity) is the most that can be sent")
    }
    let granules = (max(2 * backed, count) + Self.granule - 1) / Self.granule
    let wanted = min(capacity, granules * Self.granule)
    // Writing to memory that is not there would end the process.
    guard unsafe interlock_memory_back(base + backed, wanted - backed) == 0 else {
      throw MessageError("there is no memory for a message of \(count) bytes")
    }
    backed = wanted
  }

  /// A message of `count` bytes was read, and the next one has not begun.
  func settle(_ count: Int) {
    recent = (max(recent.largest, count), recent.count + 1)
    guard recent.count == Self.patience else { return }
    let kept = (max(recent.largest, 1) + Self.granule - 1) / Self.granule * Self.granule
    recent = (0, 0)
    guard kept < backed / 2 else { return }
    unsafe interlock_memory_give_back(base + kept, backed - kept)
    backed = kept
  }
}

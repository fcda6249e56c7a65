import Glibc
import Interlock

/// How many folders a search may keep open for others that wait in them.
///
/// A folder that waits is opened from its parent, so the parent is kept open: that spares the system
/// the way through the whole path. In a deep tree with many folders that wait there would be more of
/// them than the system allows. Those beyond the budget are closed, and found again by their paths.
final class DescriptorBudget: Sendable {
  /// How many folders are kept open after they were read.
  private let folderLimit: Int
  /// How many more are kept open that had to be found again: on the way out of a deep tree, those that
  /// were closed are needed one after the other, while the budget is spent on those near the root.
  let reserve: Int
  /// How many threads may search: none has more than a few descriptors of its own.
  let workerLimit: Int
  private let used = Atomic(0)

  private static let mostFolders = 128
  private static let mostReserve = 256
  /// A folder that is read, one in hand, and two on the way to one that was closed.
  private static let descriptorsPerWorker = 4
  /// Standard streams, the event queue of somebody's library.
  private static let descriptorsOfOthers = 8

  /// - Parameter limit: How many descriptors this process may have.
  init(limit: Int) {
    folderLimit = min(limit / 8, Self.mostFolders)
    reserve = min(limit * 3 / 8, Self.mostReserve)
    workerLimit = max(1, (limit / 2 - Self.descriptorsOfOthers) / Self.descriptorsPerWorker)
  }

  /// How many descriptors the system gives to this process.
  static var systemLimit: Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
      return Int(_POSIX_OPEN_MAX)
    }
    return Int(clamping: limit.rlim_cur)
  }

  /// The most folders that are ever kept open.
  var limit: Int { folderLimit + reserve }

  /// Takes a descriptor for a folder that was read.
  ///
  /// - Returns: Whether there is one left.
  func take() -> Bool { take(of: folderLimit) }

  /// Takes a descriptor for a folder that was found again.
  ///
  /// - Returns: Whether there is one left.
  func takeReserve() -> Bool { take(of: limit) }

  private func take(of limit: Int) -> Bool {
    // Ordering: a number and nothing else; all is relaxed.
    if used.wrappingAdd(1, ordering: .relaxed).newValue <= limit { return true }
    give()
    return false
  }

  /// How many are taken, which may be old when it is known.
  var taken: Int { used.load(ordering: .relaxed) }

  /// Gives one back.
  func give() { used.wrappingSubtract(1, ordering: .relaxed) }
}

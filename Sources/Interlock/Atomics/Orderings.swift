/// How an atomic load orders the memory accesses around it.
///
/// The names and meanings are those of the standard library's `AtomicLoadOrdering`.
public enum LoadOrdering: Int32, Sendable {
  /// Only the load itself is atomic; nothing else is ordered by it.
  case relaxed = 0
  /// What the storing thread did before its releasing store is visible after this load.
  case acquiring = 2
  /// Acquiring, and part of the one order of all sequentially consistent operations.
  case sequentiallyConsistent = 5
}

/// How an atomic store orders the memory accesses around it.
///
/// The names and meanings are those of the standard library's `AtomicStoreOrdering`.
public enum StoreOrdering: Int32, Sendable {
  /// Only the store itself is atomic; nothing else is ordered by it.
  case relaxed = 0
  /// What this thread did before is visible to a thread that loads the value, acquiring.
  case releasing = 3
  /// Releasing, and part of the one order of all sequentially consistent operations.
  case sequentiallyConsistent = 5
}

/// How an atomic operation that reads and writes orders the memory accesses around it.
///
/// The names and meanings are those of the standard library's `AtomicUpdateOrdering`.
public enum UpdateOrdering: Int32, Sendable {
  /// Only the operation itself is atomic; nothing else is ordered by it.
  case relaxed = 0
  /// The reading half acquires.
  case acquiring = 2
  /// The writing half releases.
  case releasing = 3
  /// The reading half acquires and the writing half releases.
  case acquiringAndReleasing = 4
  /// Both, and part of the one order of all sequentially consistent operations.
  case sequentiallyConsistent = 5

  /// The ordering of a compare-exchange that fails, and therefore only loads.
  @inlinable var onFailure: LoadOrdering {
    switch self {
    case .relaxed, .releasing: .relaxed
    case .acquiring, .acquiringAndReleasing: .acquiring
    case .sequentiallyConsistent: .sequentiallyConsistent
    }
  }
}

import CInterlock

/// Eight bytes in memory that several processes share; see ``SharedWord``.
@safe
struct SharedLongWord: @unchecked Sendable {
  // SAFETY: whoever makes a word keeps the memory mapped while it is used. It is aligned, and all
  // processes touch it by atomic operations only.
  private let address: UnsafeMutablePointer<UInt64>

  init(at address: UnsafeMutableRawPointer) {
    unsafe self.address = address.bindMemory(to: UInt64.self, capacity: 1)
  }

  func load(ordering: LoadOrdering) -> UInt64 {
    unsafe interlock_load_64(address, ordering.rawValue)
  }

  func store(_ value: UInt64, ordering: StoreOrdering) {
    SharedStep.pass()
    unsafe interlock_store_64(address, value, ordering.rawValue)
  }

  /// Replaces the value if it is `expected`; otherwise stores in `expected` what it is.
  func compareExchange(
    _ expected: inout UInt64,
    _ desired: UInt64,
    ordering: UpdateOrdering
  ) -> Bool {
    SharedStep.pass()
    return unsafe interlock_compare_exchange_64(
      address,
      &expected,
      desired,
      ordering.rawValue,
      ordering.onFailure.rawValue
    )
  }
}

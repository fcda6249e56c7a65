import Synchronization

/// How many objects there are of those that threads own.
///
/// The checker does not see how they are counted.
final class Census: Sendable {
  private let bornCount = Synchronization.Atomic(0)
  private let aliveCount = Synchronization.Atomic(0)

  var born: Int { bornCount.load(ordering: .relaxed) }
  var alive: Int { aliveCount.load(ordering: .relaxed) }

  func makeCanary() -> Canary { Canary(self) }

  /// Sings as long as it is alive.
  final class Canary: Sendable {
    private let census: Census

    fileprivate init(_ census: Census) {
      self.census = census
      census.bornCount.wrappingAdd(1, ordering: .relaxed)
      census.aliveCount.wrappingAdd(1, ordering: .relaxed)
    }

    deinit { census.aliveCount.wrappingSubtract(1, ordering: .relaxed) }

    func sing() {}
  }
}

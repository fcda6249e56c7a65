/// Fibers that have been used and are used again: a new stack costs a hundred times as much.
///
/// A pool belongs to one exploration, and is used by one thread at a time. Whoever takes a fiber gives it back
/// when its body has finished or crashed, or will never be resumed.
package final class FiberPool {
  /// Memory of deep calls is looked for each time so many fibers have come back: looking is a system call.
  private static let trimInterval = 64

  private let stackSize: Int?
  @safe @exclusivity(unchecked)
  private var idle: [Fiber] = []
  private var returns = 0

  /// Makes a pool without fibers.
  ///
  /// - Parameter stackSize: The room for frames that each fiber has, in bytes; `nil` for the usual.
  package init(stackSize: Int? = nil) {
    self.stackSize = stackSize
  }

  /// How many fibers wait to be used again.
  package var idleCount: Int { idle.count }

  /// A fiber that runs `body` when it is resumed.
  ///
  /// - Throws: If there is none left and no memory for another.
  package func start(_ body: @escaping () -> Void) throws(FiberError) -> Fiber {
    let fiber = try take()
    fiber.start(body)
    return fiber
  }

  /// A fiber that has nothing to do.
  ///
  /// - Throws: If there is none left and no memory for another.
  package func take() throws(FiberError) -> Fiber {
    if let used = idle.popLast() { return used }
    return try Fiber(stackSize: stackSize)
  }

  /// Keeps a fiber to be used again, and abandons what it has not finished.
  ///
  /// - Precondition: It does not run, and nobody will resume it.
  package func giveBack(_ fiber: Fiber) {
    fiber.abandon()
    returns += 1
    if returns.isMultiple(of: Self.trimInterval) { fiber.trim() }
    idle.append(fiber)
  }
}

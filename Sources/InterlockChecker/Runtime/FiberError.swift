import Glibc

/// There is no memory for another fiber.
package struct FiberError: Error, Hashable {
  /// The error number of the system.
  package let systemError: Int32
}

extension FiberError: CustomStringConvertible {
  /// What happened, and what to do about it.
  package var description: String {
    let cause = unsafe String(cString: strerror(systemError))
    return "the system has no memory for another fiber: \(cause); "
      + "check fewer threads at once, or raise the limit (ulimit -v, vm.max_map_count)"
  }
}

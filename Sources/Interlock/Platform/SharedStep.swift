import CInterlock

/// The one way of a thread to memory, words and sockets that several processes share.
///
/// Whatever changes something that another process, or the system after a death, could see is a *step*:
/// a store, an exchange, a part of a copy, a link of the list of robust locks, a message, and the moments
/// before and after a sleep, which takes a wake-up along. In front of each one the process can be told to
/// die. Loads are none: to die before one is to die before the next step.
///
/// Nobody counts but tests: it costs a load and a branch.
enum SharedStep {
  /// Stands in front of a step.
  @inline(__always)
  static func pass() { interlock_step() }

  /// Copies bytes to memory that others share: in two steps, between which half of them are there.
  @inline(__always)
  static func copy(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
    guard let source = bytes.baseAddress else { return }
    guard interlock_counts_steps() == 0 else {
      return unsafe copyByHalves(bytes, to: target)
    }
    unsafe target.copyMemory(from: source, byteCount: bytes.count)
  }

  @inline(never)
  private static func copyByHalves(
    _ bytes: UnsafeRawBufferPointer,
    to target: UnsafeMutableRawPointer
  ) {
    guard let source = bytes.baseAddress else { return }
    let half = bytes.count / 2
    pass()
    unsafe target.copyMemory(from: source, byteCount: half)
    pass()
    unsafe (target + half).copyMemory(from: source + half, byteCount: bytes.count - half)
  }

  /// Runs `body` and counts its steps: those that the calling thread makes.
  ///
  /// - Parameters:
  ///   - fatal: Before which step the process ends as by `SIGKILL`, the first one being 1; 0 for none.
  ///   - body: What to do.
  /// - Returns: How many steps there were.
  /// - Throws: What `body` throws.
  static func count<Failure: Error>(
    dyingAt fatal: Int = 0,
    _ body: () throws(Failure) -> Void
  ) throws(Failure) -> Int {
    interlock_begin_steps(UInt64(fatal))
    do throws(Failure) {
      try body()
    } catch {
      _ = interlock_end_steps()
      throw error
    }
    return Int(interlock_end_steps())
  }
}

import CInterlock
import Glibc
import Interlock

/// What ended a fiber that did not return: the body of a checked thread failed where it was.
package struct Crash: Sendable {
  /// What kind of failure it was.
  package enum Cause: Hashable, Sendable {
    /// A check of the language failed, such as a precondition, an index or an overflow; or the code
    /// ended the program itself with `fatalError`.
    case trap
    /// Calls went deeper than the fiber's stack.
    case stackOverflow
    /// Memory was accessed that is not there.
    case badAccess(address: UInt)
    /// The runtime or a library ended the program.
    case abort
    /// The thread slept, in something that is not the toolkit's: no other thread could have gone on.
    case blocked
    /// The thread computed on and on.
    case endless
    /// Anything else; the number is the signal's.
    case signal(Int32)
  }

  package let cause: Cause
  /// What the runtime said, with the place it named, as in `Bank.swift:12: Fatal error: no money`;
  /// `nil` if it said nothing, as in release builds it often does.
  package let message: String?
  /// Where the fiber was, innermost first.
  package let stack: CallStack

  // SAFETY (all): the structure's only pointer is the message, a string of the runtime's that the fiber keeps
  // until it is armed again. C's array is as long as the one that it is read into; the count says how much of
  // it is set.
  init(_ crash: UnsafePointer<interlock_fiber_crash>) {
    cause = unsafe Self.cause(of: crash)
    message = unsafe crash.pointee.message.map { unsafe Self.trimmed(String(cString: $0)) }
    let count = unsafe Int(crash.pointee.trace_count)
    stack = unsafe withUnsafeBytes(of: crash.pointee.trace) { bytes in
      unsafe CallStack(addresses: bytes.bindMemory(to: UInt.self).prefix(count))
    }
  }

  private static func cause(of crash: UnsafePointer<interlock_fiber_crash>) -> Cause {
    switch unsafe crash.pointee.reason {
    case Int32(INTERLOCK_FIBER_BLOCKED): return .blocked
    case Int32(INTERLOCK_FIBER_ENDLESS): return .endless
    default: break
    }
    if unsafe crash.pointee.is_overflow { return .stackOverflow }
    switch unsafe crash.pointee.signal {
    case SIGILL, SIGTRAP: return .trap
    case SIGSEGV, SIGBUS: return unsafe .badAccess(address: crash.pointee.address)
    case SIGABRT: return .abort
    case let other: return .signal(other)
    }
  }

  private static func trimmed(_ message: String) -> String {
    var message = message[...]
    while message.last?.isNewline ?? false { message.removeLast() }
    return String(message)
  }
}

extension Crash {
  /// Whether the thread did not fail, but did not come to its next operation.
  var isStuck: Bool { cause == .blocked || cause == .endless }
}

extension Crash: CustomStringConvertible {
  /// What happened, in one line.
  package var description: String {
    if let message { return message }
    return switch cause {
    case .trap: "a check of the language failed, or the code ended the program"
    case .stackOverflow: "calls went deeper than the stack"
    case .badAccess(let address): "memory at 0x\(String(address, radix: 16)) is not there"
    case .abort: "the runtime or a library ended the program"
    case .blocked: "it waits for something that is not Interlock's"
    case .endless: "it computes on and on"
    case .signal(let number): "signal \(number)"
    }
  }
}

import CInterlock

/// Where a thread is: the functions that it is in, innermost first.
///
/// To take one costs about as much as to acquire a lock; to say which places of the source code it
/// means takes long, and is done only when somebody reads it.
package struct CallStack: Sendable {
  /// How many functions are remembered.
  static let limit = 24

  private var returnAddresses = [24 of UInt](repeating: 0)
  private var count = 0

  private init() {}

  /// The stack that somebody else has taken: return addresses, innermost first.
  package init(addresses: some Sequence<UInt>) {
    for address in addresses.prefix(Self.limit) {
      returnAddresses[count] = address
      count += 1
    }
  }

  /// Takes the stack of the calling thread.
  ///
  /// It is empty where there is nothing to follow: on a stack that is neither the thread's own nor a fiber's.
  @inline(never)
  package static func capture() -> CallStack {
    var stack = CallStack()
    var addresses = stack.returnAddresses.mutableSpan
    // SAFETY: the function stores at most as many as there is room for.
    let count = unsafe addresses.withUnsafeMutableBufferPointer { buffer in
      unsafe interlock_return_addresses(buffer.baseAddress, Int32(buffer.count))
    }
    stack.count = Int(count)
    return stack
  }

  /// The return addresses, innermost first.
  package var addresses: [UInt] { (0..<count).map { returnAddresses[$0] } }

  /// The places of the source code, innermost first, without those inside of Interlock.
  ///
  /// - Returns: None if they cannot be found out.
  package func places() -> [CodePlace] { SymbolReader.places(of: addresses) }

  /// Where the user's code called Interlock.
  package var place: CodePlace? { SymbolReader.firstPlace(of: addresses) }
}

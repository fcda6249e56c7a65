import Interlock

/// From where threads have accessed variables, in an execution that is done again for a report.
struct AccessStacks {
  private struct Key: Hashable {
    let address: UInt
    let thread: Int
    let isWrite: Bool
  }

  private var stacks: [Key: CallStack] = [:]

  /// The calling thread is about to access a variable.
  ///
  /// - Parameters:
  ///   - address: Where the variable is.
  ///   - thread: The number of the thread.
  ///   - isWrite: Whether it may change.
  ///   - place: Where the thread's code goes on. That need not be on the stack: the functions between here and
  ///     there may have left no frame.
  mutating func note(_ address: UInt, by thread: Int, isWrite: Bool, place: UInt) {
    let callers = CallStack.capture().addresses
    let outside = callers.firstIndex(of: place).map { callers[($0 + 1)...] } ?? callers[...]
    stacks[Key(address: address, thread: thread, isWrite: isWrite)] =
      CallStack(
        addresses: Self.followers(of: place) + outside.flatMap { [$0] + Self.followers(of: $0) }
      )
  }

  /// From where a thread did an access that it did not do again since; of others only the innermost function.
  func stack(of access: RaceJudge.Access, to address: UInt) -> CallStack? {
    guard let place = access.place else { return nil }
    let key = Key(address: address, thread: access.thread, isWrite: access.isWrite)
    let innermost = Self.followers(of: place)
    if let stack = stacks[key], stack.addresses.first == innermost.first { return stack }
    return CallStack(addresses: innermost)
  }

  /// The addresses of the next instructions, for whoever takes them for ones to return to.
  ///
  /// The calls by which the compiler gets at a variable have no line; one of the instructions that come after them does.
  /// They need not be met exactly: a line begins somewhere and ends at the next.
  private static func followers(of place: UInt) -> [UInt] {
    stride(from: place + 1, to: place + 17, by: 4).map(\.self)
  }
}

extension CallStack {
  /// Where a variable was used: not in the functions by which the compiler gets at a property.
  var placeOfUse: CodePlace? {
    let places = places()
    return places.first { !$0.isAccessor } ?? places.first
  }
}

extension CodePlace {
  fileprivate var isAccessor: Bool {
    [".getter", ".setter", ".read", ".modify"].contains { function.hasSuffix($0) }
  }
}

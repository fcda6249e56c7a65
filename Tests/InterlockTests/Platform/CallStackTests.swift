import Testing

@testable import Interlock

@Suite struct `A call stack` {
  /// Takes the stack in the line that it returns.
  @inline(never)
  private func takeHere() -> (stack: CallStack, line: Int) {
    let (stack, line) = (CallStack.capture(), #line)
    return (stack, line)
  }

  @inline(never)
  private func takeDeep(_ depth: Int) -> CallStack {
    guard depth > 0 else { return CallStack.capture() }
    let stack = takeDeep(depth - 1)
    // Not the last thing done, so that each call has a frame of its own.
    return withExtendedLifetime(stack) { stack }
  }

  @Test func `begins with the line of the user's code that took it`() throws {
    let (stack, line) = takeHere()
    let places = stack.places()
    let first = try #require(places.first)
    #expect(first.line == line)
    #expect(first.file?.hasSuffix("/CallStackTests.swift") == true)
    #expect(first.function.contains("takeHere"))
    #expect(first.description == "\(first.function) at CallStackTests.swift:\(line)")
  }

  @Test func `goes on with whoever called`() throws {
    let (stack, line) = (takeHere().stack, #line)
    let places = stack.places()
    #expect(places.dropFirst().first?.line == line)
  }

  @Test func `leaves out what is inside of Interlock`() throws {
    let semaphore = Semaphore(permits: 1)
    let (stack, line) = (semaphore.withPermit { CallStack.capture() }, #line)
    let places = stack.places()
    #expect(places.first?.line == line)
    #expect(!places.contains { $0.file?.contains("/Sources/Interlock/") ?? true })
    #expect(stack.addresses.count > places.count)
  }

  @Test func `is taken to some depth only`() {
    let addresses = takeDeep(40).addresses
    #expect(addresses.count == CallStack.limit)
    #expect(addresses.allSatisfy { $0 != 0 })
  }

  @Test func `is taken on threads of any stack`() throws {
    for size in [nil, 1 << 16, 1 << 22] {
      let thread = try spawn(stackSize: size) { CallStack.capture().addresses.count }
      #expect(thread.join() > 0)
    }
  }

  @Test func `has no places if its addresses mean nothing`() {
    #expect(SymbolReader.places(of: []).isEmpty)
    #expect(SymbolReader.places(of: [1, .max, 0, 1 << 47, 42]).isEmpty)
  }
}

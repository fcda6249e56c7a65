import Testing

@testable import Interlock

/// Blocking a thread of Swift's cooperative pool is said once, clearly.
@Suite struct CooperativePoolTests {
  private static func warnings(in output: [UInt8]?) -> Int {
    let text = String(decoding: output ?? [], as: UTF8.self)
    return text.split(separator: "interlock: warning:", omittingEmptySubsequences: false).count - 1
  }

  @Test func `a call that parks a task's thread says so once, with its name`() async throws {
    let result = try #require(
      await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
        for _ in 0..<3 {
          await Task.detached {
            _ = Event(name: "never").wait(for: .milliseconds(1))
            _ = Semaphore(permits: 0).acquire(for: .milliseconds(1))
          }.value
        }
      }
    )
    let text = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(Self.warnings(in: result.standardErrorContent) == 1, "\(text)")
    #expect(text.contains("Event.wait() on \"never\""))
  }

  @Test func `calls that do not park, and threads of our own, say nothing`() async throws {
    let result = try #require(
      await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
        await Task.detached {
          Event(isSet: true).wait()
          Lock().withLock {}
          _ = Semaphore(permits: 0).tryAcquire()
        }.value
        let thread = try spawn { _ = Event().wait(for: .milliseconds(1)) }
        await thread.value
      }
    )
    #expect(Self.warnings(in: result.standardErrorContent) == 0)
  }
}

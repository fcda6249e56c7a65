import Interlock
import Testing

@Suite struct `A mistake ends the program` {
  @Test(arguments: Misuse.allCases)
  func `with a message that says what to do instead`(misuse: Misuse) async throws {
    let result = try await #require(
      processExitsWith: .failure,
      observing: [\.standardErrorContent]
    ) { [misuse] in
      endWhenStuck()
      try misuse.commit()
    }
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(message.contains(misuse.lesson))
  }
}

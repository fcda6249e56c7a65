import Foundation
import Interlock
import Testing

@Suite struct `A thread's identity` {
  @Test func `has the name that was given, or one with its number`() throws {
    #expect(try spawn(name: "Ada") { CurrentThread.identity.name }.join() == "Ada")
    let handle = try spawn { CurrentThread.identity }
    let identity = handle.join()
    #expect(identity.name == "thread-\(identity.number)")
    #expect(handle.name == identity.name)
    #expect(handle.identity == identity)
  }

  @Test func `is different for each thread that lives`() throws {
    let barrier = Barrier(parties: 21)
    try withCrew { crew in
      let threads = try crew.spawn(count: 20) { _ in
        let identity = ThreadIdentity.current
        try barrier.arriveAndWait()
        return identity
      }
      try barrier.arriveAndWait()
      let identities = try threads.map { try $0.result() } + [.current]
      #expect(Set(identities).count == 21)
      #expect(Set(identities.map(\.number)).count == 21)
      #expect(Set(identities.map(\.nativeID)).count == 21)
      #expect(identities.allSatisfy { $0.number > 0 && $0.nativeID > 0 })
    }
  }

  @Test func `is the same each time the thread asks`() throws {
    #expect(ThreadIdentity.current == .current)
    #expect(try spawn { ThreadIdentity.current == CurrentThread.identity }.join())
  }

  @Test func `is in the list of living threads from the start to the end`() throws {
    let mayFinish = Event()
    let isRunning = Event()
    try withCrew { crew in
      let thread = try crew.spawn {
        isRunning.set()
        mayFinish.wait()
      }
      isRunning.wait()
      #expect(ThreadIdentity.live.contains(thread.identity))
      #expect(ThreadIdentity.live.contains(.current))
      mayFinish.set()
      try thread.result()
      // A thread leaves the list a moment after its body has ended.
      try eventually { !ThreadIdentity.live.contains(thread.identity) }
    }
  }

  @Test func `is main for the first thread of the process only`() throws {
    // The first thread itself is not to be had here: the testing library has let it go.
    let identity = try spawn { ThreadIdentity.current }.join()
    #expect(!identity.isMain)
    #expect(identity.nativeID != getpid())
  }

  @Test func `is given to a foreign thread, and taken back at its end`() throws {
    final class Box: Sendable {
      let identity = Mutex<ThreadIdentity?>(nil)
    }
    let box = Box()
    let foreign = Thread { box.identity.withLock { $0 = .current } }
    foreign.start()
    try eventually { box.identity.withLock { $0 } != nil }
    let identity = try #require(box.identity.withLock { $0 })
    #expect(identity != .current)
    try eventually { !ThreadIdentity.live.contains(identity) }
  }

  @Test(arguments: [
    ("Ada", "Ada"),
    ("exactly fifteen", "exactly fifteen"),
    ("a name that is far too long", "a name that is "),
    // Two bytes each: the eighth would be cut in two.
    ("ääääääääää", "äääääää"),
    ("aäääääääää", "aäääääää"),
    // Four bytes each.
    ("🚂🚂🚂🚂🚂", "🚂🚂🚂"),
  ])
  func `has a name in the system of up to 15 bytes of whole characters`(
    name: String,
    expected: String
  ) throws {
    let mayFinish = Event()
    let isRunning = Event()
    try withCrew { crew in
      let thread = try crew.spawn(name) {
        isRunning.set()
        mayFinish.wait()
      }
      isRunning.wait()
      #expect(thread.name == name)
      let path = "/proc/self/task/\(thread.identity.nativeID)/comm"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text == expected + "\n")
      mayFinish.set()
    }
  }

  @Test func `says what the thread waits for`() throws {
    let event = Event(name: "green light")
    try withCrew { crew in
      let thread = try crew.spawn("car") { event.wait() }
      try thread.waitUntilBlocked()
      #expect(thread.identity.wait == "Event.wait() on \"green light\"")
      #expect("\(thread.identity)" == "car, waiting in Event.wait() on \"green light\"")
      event.set()
      try thread.result()
      #expect(thread.identity.wait == nil)
      #expect("\(thread.identity)" == "car")
    }
  }
}

import Interlock
import Testing

@Suite struct `A place in the source code` {
  @Test(arguments: [
    ("move(_:)", "move(_:) at Bank.swift:12"),
    ("closure #1 in move(_:)", "move(_:) at Bank.swift:12"),
    ("specialized closure #2 in closure #1 in move(_:)", "move(_:) at Bank.swift:12"),
    ("specialized Bank.move<A>(_:)", "Bank.move<A>(_:) at Bank.swift:12"),
    ("", "Bank.swift:12"),
  ])
  func `is told without what the compiler has added`(function: String, told: String) {
    let place = CodePlace(function: function, file: "Sources/Bank.swift", line: 12)
    #expect(place.description == told)
  }
}

import InterlockChecker
import Testing

@Suite struct `The JSON reader of the tests` {
  @Test func `reads what is JSON`() throws {
    let value = try JSONValue(parsing: #" {"a": [1, -2.5e3, "x\"\u0041\n"], "b": {}, "c": null} "#)
    #expect(
      value
        == .object([
          "a": .array([.number(1), .number(-2500), .string("x\"A\n")]),
          "b": .object([:]),
          "c": .null,
        ])
    )
  }

  @Test(arguments: ["", "{", "{}{}", "{\"a\":1,}", "[1 2]", "nan", "\"\n\"", "{\"a\":1,\"a\":2}"])
  func `refuses what is not`(text: String) {
    #expect(throws: JSONValue.Malformed.self) { try JSONValue(parsing: text) }
  }
}

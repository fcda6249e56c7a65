import Interlock
import InterlockChecker
import Testing

@Suite struct `The JSON writer` {
  @Test(arguments: [
    "", "plain", "\"quoted\" \\ and\nbroken\tlines\r", "\u{1}\u{1F}\u{7F}", "é 漢 🚂",
  ])
  func `writes strings that readers get back`(text: String) throws {
    #expect(try JSONValue(parsing: JSON.string(text).description) == .string(text))
  }

  @Test func `writes members in their order`() {
    let json = JSON.object(["b": .number(2), "a": .string("x"), "c": .number(0.5)])
    #expect(json.description == #"{"b":2,"a":"x","c":0.5}"#)
  }

  @Test func `writes numbers that JSON does not have as null`() {
    #expect(JSON.number(Double.infinity).description == "null")
    #expect(JSON.number(Double.nan).description == "null")
  }

  @Test func `writes the largest counts exactly`() {
    #expect(JSON.number(UInt64.max).description == "18446744073709551615")
  }

  @Test func `writes arrays in their order`() {
    #expect(JSON.array([]).description == "[]")
    #expect(JSON.array([.number(2), .string("x")]).description == "[2,\"x\"]")
  }

  @Test func `writes a path as a text, or as bytes if it is none`() {
    #expect(JSON.path(Array("a \"\u{E9}\"\n".utf8)[...]).description == #""a \"é\"\n""#)
    #expect(JSON.path([0xFF]).description == #"{"bytes":"/w=="}"#)
    #expect(JSON.path([0x2F, 0xFF]).description == #"{"bytes":"L/8="}"#)
    #expect(JSON.path([0x2F, 0x61, 0xFF]).description == #"{"bytes":"L2H/"}"#)
    // Half of a character that needs two units elsewhere is not UTF-8.
    #expect(JSON.path([0xED, 0xA0, 0x80]).description == #"{"bytes":"7aCA"}"#)
  }
}

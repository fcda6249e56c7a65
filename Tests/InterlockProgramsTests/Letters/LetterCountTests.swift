import Testing

@testable import InterlockPrograms

@Suite struct `A letter count` {
  @Test func `knows letters in either case, and no others`() {
    var count = LetterCount()
    count.add("Mississippi, ÄÖÜ and \u{212A}")
    #expect(count["s"] == 4)
    #expect(count["S"] == 4)
    #expect(count["m"] == 1)
    #expect(count["ä"] == 0)
    #expect(count["!"] == 0)
    #expect(count["k"] == 0)
    #expect(count.total == 14)
  }

  @Test func `is the sum of the counts of the parts`() {
    var first = LetterCount()
    first.add("abc")
    var second = LetterCount()
    second.add("cde")
    first += second
    var whole = LetterCount()
    whole.add("abccde")
    #expect(first == whole)
  }
}

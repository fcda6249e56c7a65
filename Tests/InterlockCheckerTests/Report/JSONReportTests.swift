import Interlock
import InterlockChecker
import Testing

/// What is said to programs.
@Suite struct `A report in JSON` {
  @Test func `has all that the one for people has`() throws {
    let found = try #require(
      counterexample(Exploration(stepLimit: 1000), ReportedBodies.emptyQueue)
    )
    let file = #filePath.replacing("JSONReportTests", with: "ReportedBodies")
    let json = found.json.replacing(file, with: "FILE").replacing(found.schedule, with: "s1…")
      .replacing(/"function":"[^"]*"/, with: "\"function\":\"…\"")
    #expect(
      json == #"""
        {"kind":"deadlock","summary":"no thread can go on: \"cook\" waits in BlockingQueue.take() on \"orders\" \#
        at ReportedBodies.swift:62, and nobody puts anything into it or closes it any more",\#
        "details":["Also, \"main\" waits in ThreadHandle.join() on \"cook\" at ReportedBodies.swift:63."],\#
        "schedule":"s1…","executions":1,"threads":["main","cook"],"steps":[\#
        {"thread":"main","action":"ThreadHandle.start() on \"cook\"","result":"",\#
        "file":"FILE","line":62,"function":"…"},\#
        {"thread":"cook","action":"BlockingQueue.take() on \"orders\"","result":"sleeps",\#
        "file":"FILE","line":62,"function":"…"}],"waits":[\#
        {"thread":"main","action":"ThreadHandle.join() on \"cook\"","holders":[\#
        {"thread":"cook","file":null,"line":null,"function":null}],\#
        "file":"FILE","line":63,"function":"…"},\#
        {"thread":"cook","action":"BlockingQueue.take() on \"orders\"","holders":[],\#
        "file":"FILE","line":62,"function":"…"}],"cycle":[]}
        """#
    )
  }

  @Test func `has the circle apart`() throws {
    let json = try #require(counterexample(Exploration(stepLimit: 1000), ReportedBodies.inversion))
      .json
    let cycle = try #require(json.firstRange(of: #","cycle":["#))
    let waits = json[cycle.upperBound...].split(separator: #"{"thread":"#).map { $0.prefix(6) }
    #expect(waits == [#""red","#, #""blue""#, #""blue""#, #""red","#])
  }
}

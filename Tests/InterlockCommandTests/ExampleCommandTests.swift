import Testing

@Suite(.timeLimit(.minutes(30))) struct `interlock example` {
  @Test func `lists the examples without a name`() throws {
    let outcome = try CommandRun.outcome(of: "example")
    #expect(outcome.ending == .exit(0))
    #expect(outcome.output.contains("shared-array  "))
  }

  @Test(arguments: ["threads", "processes"])
  func `prints what happens`(mode: String) throws {
    let outcome = try CommandRun.outcome(of: "example", "shared-array", "--mode", mode)
    #expect(outcome.ending == .exit(0))
    #expect(outcome.output.hasSuffix("[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n"))
    let json = try CommandRun.outcome(of: "example", "wait-group", "--mode", mode, "--json").json()
    #expect(json.names == ["example", "mode", "events"])
    #expect(json["mode"] == .string(mode))
  }

  @Test(arguments: ["threads", "processes"])
  func `runs an example in the only mode that it has`(name: String) throws {
    let json = try CommandRun.outcome(of: "example", name, "--json").json()
    #expect(json["example"] == .string(name))
    #expect(json["mode"] == .string(name))
  }
}

import Testing

/// What a command does if whoever starts it has left it little.
@Suite(.timeLimit(.minutes(30))) struct `Without the usual surroundings` {
  @Test(arguments: ["ping-pong", "producer-consumer", "shared-array"])
  func `nothing is printed into a connection if standard output is closed`(name: String) throws {
    let command = ["example", name, "--mode", "processes"]
    let outcome = try CommandRun(command, after: "exec >&-").wait()
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors == "interlock: standard output: Bad file descriptor\n")
  }

  @Test func `nothing is missed if standard input and error are closed`() throws {
    let command = ["matrix", "--size", "3", "--mode", "processes"]
    let outcome = try CommandRun(command, after: "exec <&- 2>&-").wait()
    #expect(outcome.ending == .exit(0))
    #expect(outcome.output.hasPrefix("checksum "))
  }

  @Test func `standard input that is closed is named`() throws {
    let outcome = try CommandRun(["wind", "-"], after: "exec <&-").wait()
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors == "interlock: -: Bad file descriptor\n")
  }

  @Test(arguments: [["matrix", "--size", "99"], ["generate", "metar"], ["generate", "text"]])
  func `a file that may not grow so large is named`(command: [String]) throws {
    let folder = try TestFolder()
    let file = folder.place("output")
    let outcome = try CommandRun(command + ["--output", file], after: "ulimit -f 4").wait()
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors == "interlock: \(file): File too large\n")
  }

  @Test func `an error of the library reads like one of the command`() throws {
    let command = ["wind", "--mode", "processes", "/dev/null"]
    let outcome = try CommandRun(command, after: "ulimit -n 8").wait()
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors == "interlock: no connection can be made: Too many open files\n")
  }
}

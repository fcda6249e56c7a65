import Glibc
import Interlock
import InterlockChecker
import InterlockPrograms
import Testing

@Suite(.timeLimit(.minutes(30))) struct `interlock wind` {
  private let archive = """
    # made up
    200804302350 METAR EGLL 302350Z 24013KT 9999
                            NOSIG=
    200804302320 METAR EGLL 302320Z VRB02KT 9999=
    200804302250 METAR EGLL 302250Z 24013G30KT 9999=
    200804302220 METAR EGKK 302220Z 09002KT 9999=

    """

  @Test(arguments: ["sequential", "threads", "processes"])
  func `prints one JSON object and nothing else`(mode: String) throws {
    let outcome = try CommandRun.outcome(
      of: "wind",
      "--json",
      "--mode",
      mode,
      "--workers",
      "2",
      "-",
      input: archive
    )
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json()
    #expect(
      json.names == [
        "station", "distribution", "reports", "winds", "malformed", "files", "bytes", "errors",
        "mode", "workers", "seconds",
      ]
    )
    #expect(json["distribution"] == .array([1, 1, 1, 1, 1, 2, 1, 1].map { .number($0) }))
    #expect(json["reports"] == .number(2))
    #expect(json["winds"] == .number(2))
    #expect(json["malformed"] == .number(1))
    #expect(json["files"] == .number(1))
    #expect(json["bytes"] == .number(Double(archive.utf8.count)))
    #expect(json["errors"] == .number(0))
    #expect(json["mode"] == .string(mode))
    #expect(json["station"] == .string("EGLL"))
    #expect(json["workers"] == .number(mode == "sequential" ? 1 : 2))
  }

  @Test func `counts for any station`() throws {
    let outcome = try CommandRun.outcome(
      of: "wind",
      "--json",
      "--station",
      "egkk",
      "-",
      input: archive
    )
    #expect(outcome.ending == .exit(0))
    #expect(
      try outcome.json()["distribution"] == .array([0, 0, 1, 0, 0, 0, 0, 0].map { .number($0) })
    )
  }

  @Test func `prints a plain list where no terminal is`() throws {
    let outcome = try CommandRun.outcome(of: "wind", "--mode", "sequential", "-", input: archive)
    #expect(outcome.ending == .exit(0))
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "N   1   11.1%")
    #expect(lines[5] == "SW  2   22.2%")
    #expect(lines[9].hasPrefix("2 winds at EGLL in \(archive.utf8.count) bytes of 1 file, "))
    #expect(lines[9].hasSuffix(" with 1 thread"))
    #expect(lines[10].hasPrefix("not counted: 1 report of EGLL "))
    #expect(outcome.errors.isEmpty)
  }

  @Test func `draws a compass on a terminal`() throws {
    let folder = try TestFolder()
    let path = try folder.write(archive, to: "archive")
    let terminal = try Pseudoterminal()
    let run = try CommandRun(["wind", path], output: terminal.programSide)
    var shown = ""
    while !shown.contains("VRB02KT") { shown += try terminal.read() }
    #expect(try run.wait().ending == .exit(0))
    let lines = shown.split(separator: "\r\n", omittingEmptySubsequences: false)
    let middle = try #require(lines.firstIndex { $0.contains("+") })
    #expect(lines[middle].contains(/^ +W 11.1% +--------\+-------- +E 11.1%$/))
    #expect(lines[..<middle].contains { $0.contains("N 11.1%") })
    #expect(lines[middle...].contains { $0.contains("SW 22.2%") && !$0.contains("SE 11.1%") })
    #expect(shown.contains("SW  2   22.2%  █████"))
    #expect(!shown.contains("\u{1B}"))
  }

  @Test(arguments: ["sequential", "threads", "processes"])
  func `reports an unreadable input, counts the others, and exits with 1`(mode: String) throws {
    let outcome = try CommandRun.outcome(
      of: "wind",
      "--json",
      "--mode",
      mode,
      "/nowhere/at/all",
      "-",
      input: archive
    )
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors == "interlock: /nowhere/at/all: No such file or directory\n")
    #expect(try outcome.json()["errors"] == .number(1))
    #expect(try outcome.json()["winds"] == .number(2))
  }

  @Test(arguments: ["sequential", "threads", "processes"])
  func `ends at once when it is interrupted`(mode: String) throws {
    let folder = try TestFolder()
    let run = try CommandRun(["wind", "--mode", mode, try folder.makePipe("pipe")])
    // The command reads the pipe as soon as somebody can open it for writing.
    let writer = try folder.openForWritingWhenRead("pipe")
    defer { close(writer) }
    try run.send(SIGINT)
    let outcome = try run.wait()
    #expect(outcome.ending == .signal(SIGINT))
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.isEmpty)
  }
}

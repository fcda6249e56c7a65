import Glibc
import Interlock
import InterlockChecker
import InterlockPrograms
import Testing

@Suite(.timeLimit(.minutes(30))) struct `interlock letters` {
  private let text = "The quick brown fox jumps over the lazy dog.\n"

  @Test(arguments: ["sequential", "threads", "processes"])
  func `prints one JSON object and nothing else`(mode: String) throws {
    let outcome = try CommandRun.outcome(
      of: "letters",
      "--json",
      "--mode",
      mode,
      "--workers",
      "2",
      "-",
      input: text
    )
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json()
    #expect(
      json.names == ["letters", "files", "bytes", "errors", "mode", "workers", "seconds"]
    )
    #expect(json["letters"]?.names.count == 26)
    #expect(json["letters"]?["o"] == .number(4))
    #expect(json["letters"]?["t"] == .number(2))
    #expect(json["files"] == .number(1))
    #expect(json["bytes"] == .number(Double(text.utf8.count)))
    #expect(json["errors"] == .number(0))
    #expect(json["mode"] == .string(mode))
    #expect(json["workers"] == .number(mode == "sequential" ? 1 : 2))
  }

  @Test func `says how many threads or processes have counted`() throws {
    let folder = try TestFolder()
    let path = try folder.write(text, to: "file")
    for (mode, worker) in [
      ("sequential", "1 thread"), ("threads", "2 threads"), ("processes", "2 processes"),
    ] {
      let outcome = try CommandRun(
        ["letters", "--mode", mode, "--workers", "2", path]
      ).wait()
      #expect(outcome.ending == .exit(0))
      #expect(outcome.output.contains("35 letters in 45 bytes of 1 file, "))
      #expect(outcome.output.hasSuffix(" with \(worker)\n"))
    }
  }

  @Test func `prints a plain table where no terminal is`() throws {
    let outcome = try CommandRun.outcome(of: "letters", "-", input: text)
    #expect(outcome.ending == .exit(0))
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "a  1   2.86%")
    #expect(lines[25] == "z  1   2.86%")
    #expect(!outcome.output.contains("\u{1B}"))
    #expect(outcome.errors.isEmpty)
  }

  @Test(arguments: ["sequential", "threads", "processes"])
  func `reports an unreadable input, counts the others, and exits with 1`(mode: String) throws {
    let outcome = try CommandRun.outcome(
      of: "letters",
      "--json",
      "--mode",
      mode,
      "/nowhere/at/all",
      "-",
      input: text
    )
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors == "interlock: /nowhere/at/all: No such file or directory\n")
    #expect(try outcome.json()["errors"] == .number(1))
    #expect(try outcome.json()["letters"]?["z"] == .number(1))
  }

  @Test func `says how much a race has lost, and exits with 1`() throws {
    let folder = try TestFolder()
    let long = String(repeating: text, count: 2_000)
    let paths = try (0..<4).map { try folder.write(long, to: "\($0)") }
    let outcome = try CommandRun(["letters", "--json", "--mode", "racy"] + paths).wait()
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors.contains("letters are lost"))
    let counted = try #require(try outcome.json()["letters"]?["o"]?.number)
    #expect(counted < Double(4 * 2_000 * 4))
  }

  @Test func `says when standard output cannot be written, and exits with 1`() throws {
    let full = try SystemError.check { unsafe open("/dev/full", O_WRONLY | O_CLOEXEC) }
    defer { close(full) }
    let outcome = try CommandRun(["letters", "--json", "/dev/null"], output: full).wait()
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors == "interlock: standard output: No space left on device\n")
  }

  @Test(arguments: ["sequential", "threads", "processes"])
  func `ends at once when it is interrupted`(mode: String) throws {
    let folder = try TestFolder()
    let run = try CommandRun(["letters", "--mode", mode, try folder.makePipe("pipe")])
    // The command reads the pipe as soon as somebody can open it for writing.
    let writer = try folder.openForWritingWhenRead("pipe")
    defer { close(writer) }
    try run.send(SIGINT)
    let outcome = try run.wait()
    #expect(outcome.ending == .signal(SIGINT))
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.isEmpty)
  }

  @Test func `shows its progress on a terminal, and leaves a clean line`() throws {
    let folder = try TestFolder()
    let terminal = try Pseudoterminal()
    let run = try CommandRun(
      ["letters", try folder.makePipe("pipe")],
      errors: terminal.programSide
    )
    let writer = try folder.openForWritingWhenRead("pipe")
    var shown = ""
    while !shown.contains("files, ") { shown += try terminal.read() }
    close(writer)
    #expect(try run.wait().ending == .exit(0))
    while !shown.hasSuffix("\r\u{1B}[K") { shown += try terminal.read() }
  }

  @Test func `leaves a clean line when it is interrupted on a terminal`() throws {
    let folder = try TestFolder()
    let terminal = try Pseudoterminal()
    let run = try CommandRun(
      ["letters", try folder.makePipe("pipe")],
      errors: terminal.programSide
    )
    let writer = try folder.openForWritingWhenRead("pipe")
    defer { close(writer) }
    var shown = ""
    while !shown.contains("files, ") { shown += try terminal.read() }
    try run.send(SIGINT)
    #expect(try run.wait().ending == .signal(SIGINT))
    while !shown.hasSuffix("\r\u{1B}[K") { shown += try terminal.read() }
  }
}

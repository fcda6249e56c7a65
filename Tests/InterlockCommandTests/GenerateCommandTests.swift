import Glibc
import InterlockPrograms
import Testing

@Suite(.timeLimit(.minutes(30))) struct `interlock generate text` {
  @Test func `makes the same text for the same seed, wherever it goes`() throws {
    let folder = try TestFolder()
    let path = folder.place("text")
    let written = try CommandRun.outcome(
      of: "generate",
      "text",
      "--bytes",
      "300kB",
      "--seed",
      "7",
      "--output",
      path
    )
    #expect(written.ending == .exit(0))
    #expect(written.output.isEmpty)
    let printed = try CommandRun.outcome(of: "generate", "text", "--bytes", "300kB", "--seed", "7")
    #expect(printed.ending == .exit(0))
    #expect(printed.output.utf8.count == 300_000)
    let file = try SystemError.check { unsafe open(path, O_RDONLY | O_CLOEXEC) }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 300_001)
    let count = try SystemError.check { unsafe read(file, &bytes, bytes.count) }
    #expect(count == 300_000)
    #expect(Array(printed.output.utf8) == bytes[..<count].map { $0 })
  }

  @Test func `ends quietly when nobody reads any more`() throws {
    var ends: [Int32] = [0, 0]
    try SystemError.check { unsafe pipe(&ends) }
    close(ends[0])
    let run = try CommandRun(["generate", "text", "--bytes", "1GB"], output: ends[1])
    close(ends[1])
    let outcome = try run.wait()
    #expect(outcome.ending == .signal(SIGPIPE))
    #expect(outcome.errors.isEmpty)
  }

  @Test func `names the file that it cannot write, and why`() throws {
    let full = try CommandRun.outcome(of: "generate", "text", "--output", "/dev/full")
    #expect(full.ending == .exit(1))
    #expect(full.errors == "interlock: /dev/full: No space left on device\n")
    let nowhere = try CommandRun.outcome(of: "generate", "text", "--output", "/nowhere/text")
    #expect(nowhere.ending == .exit(1))
    #expect(nowhere.errors == "interlock: /nowhere/text: No such file or directory\n")
  }
}

@Suite(.timeLimit(.minutes(30))) struct `interlock generate metar` {
  @Test func `makes an archive in which there are winds`() throws {
    let folder = try TestFolder()
    let path = folder.place("archive")
    let written = try CommandRun.outcome(
      of: "generate",
      "metar",
      "--bytes",
      "300kB",
      "--seed",
      "7",
      "--output",
      path
    )
    #expect(written.ending == .exit(0))
    #expect(written.output.isEmpty)
    let printed = try CommandRun.outcome(of: "generate", "metar", "--bytes", "300kB", "--seed", "7")
    #expect(printed.output.utf8.count == 300_000)
    let counted = try CommandRun.outcome(of: "wind", "--json", path)
    let piped = try CommandRun.outcome(of: "wind", "--json", "-", input: printed.output)
    let winds = try #require(try counted.json()["winds"]?.number)
    #expect(winds > 1_000)
    #expect(try counted.json()["distribution"] == piped.json()["distribution"])
  }

  @Test func `names the file that it cannot write, and why`() throws {
    let full = try CommandRun.outcome(of: "generate", "metar", "--output", "/dev/full")
    #expect(full.ending == .exit(1))
    #expect(full.errors == "interlock: /dev/full: No space left on device\n")
  }
}

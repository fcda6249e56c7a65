import Glibc
import InterlockChecker
import InterlockPrograms
import Testing

@Suite(.timeLimit(.minutes(30))) struct `interlock area` {
  private let text = "(0,0),(5,0),(0,5)\n(0,0),(4,0),(4,3),(0,3)\n"

  private func contents(of path: String) throws -> String {
    let file = try SystemError.check { unsafe open(path, O_RDONLY | O_CLOEXEC) }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = try SystemError.check { unsafe read(file, &bytes, bytes.count) }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  @Test(arguments: ["sequential", "threads", "processes"])
  func `prints one JSON object and nothing else`(mode: String) throws {
    let folder = try TestFolder()
    let path = try folder.write(text, to: "polygons")
    let outcome = try CommandRun(
      ["area", "--json", "--mode", mode, "--workers", "2", path]
    ).wait()
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json()
    #expect(json.names == ["polygons", "total", "errors", "mode", "workers", "seconds"])
    #expect(json["polygons"] == .number(2))
    #expect(json["total"] == .number(24.5))
    #expect(json["errors"] == .number(0))
    #expect(json["mode"] == .string(mode))
    #expect(json["workers"] == .number(mode == "sequential" ? 1 : 2))
  }

  @Test func `reads standard input, and prints a plain line`() throws {
    let outcome = try CommandRun.outcome(of: "area", "-", input: text)
    #expect(outcome.ending == .exit(0))
    #expect(outcome.output.hasPrefix("24.5 in 2 polygons, "))
    #expect(outcome.errors.isEmpty)
  }

  @Test func `prints totals exactly that no floating-point number holds`() throws {
    let line = "(0,0),(9007199254740993,0),(0,1)\n"
    let outcome = try CommandRun.outcome(of: "area", "--json", "-", input: line)
    #expect(outcome.output.contains("\"total\":4503599627370496.5,"))
  }

  @Test(arguments: ["sequential", "threads", "processes"])
  func `writes one area a line, leaves those of bad lines empty, and exits with 1`(
    mode: String
  ) throws {
    let folder = try TestFolder()
    let path = try folder.write("\(text)nonsense\n\(text)", to: "polygons")
    let areas = folder.place("areas")
    let outcome = try CommandRun(["area", "--mode", mode, "--output", areas, path]).wait()
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors == "interlock: \(path):3: a point begins with `(`, at byte 1\n")
    #expect(outcome.output.hasPrefix("49 in 4 polygons, "))
    #expect(try contents(of: areas) == "12.5\n12\n\n12.5\n12\n")
  }

  @Test func `names the file that it cannot read or write, and why`() throws {
    let nowhere = try CommandRun.outcome(of: "area", "/nowhere/at/all")
    #expect(nowhere.ending == .exit(1))
    #expect(nowhere.errors == "interlock: /nowhere/at/all: No such file or directory\n")
    let full = try CommandRun.outcome(of: "area", "--output", "/dev/full", "-", input: text)
    #expect(full.ending == .exit(1))
    #expect(full.errors == "interlock: /dev/full: No space left on device\n")
  }

  @Test func `never overwrites what it reads`() throws {
    let folder = try TestFolder()
    let path = try folder.write(text, to: "polygons")
    let outcome = try CommandRun.outcome(of: "area", "--output", path, path)
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors == "interlock: \(path): that is the file to read\n")
    #expect(try contents(of: path) == text)
  }

  @Test(arguments: ["sequential", "threads", "processes"])
  func `ends at once when it is interrupted`(mode: String) throws {
    let folder = try TestFolder()
    let run = try CommandRun(["area", "--mode", mode, try folder.makePipe("pipe")])
    let writer = try folder.openForWritingWhenRead("pipe")
    defer { close(writer) }
    try run.send(SIGINT)
    let outcome = try run.wait()
    #expect(outcome.ending == .signal(SIGINT))
    #expect(outcome.output.isEmpty)
  }

  @Test func `measures what is generated, the same for the same seed`() throws {
    let folder = try TestFolder()
    let path = folder.place("polygons")
    let written = try CommandRun.outcome(
      of: "generate",
      "polygons",
      "--count",
      "200",
      "--seed",
      "7",
      "--output",
      path
    )
    #expect(written.ending == .exit(0))
    let printed = try CommandRun.outcome(
      of: "generate",
      "polygons",
      "--count",
      "200",
      "--seed",
      "7"
    )
    #expect(printed.output == (try contents(of: path)))
    let measured = try CommandRun.outcome(of: "area", "--json", path)
    #expect(measured.ending == .exit(0))
    #expect(try measured.json()["polygons"] == .number(200))
  }
}

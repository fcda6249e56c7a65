import Glibc
import Interlock
import InterlockChecker
import InterlockPrograms
import Testing

@Suite(.timeLimit(.minutes(30))) struct `interlock find` {
  @Test(arguments: ["sequential", "threads", "waitgroup", "pool"])
  func `prints one JSON object with sorted paths and nothing else`(mode: String) throws {
    let folder = try TestFolder()
    let paths = try ["name b", "a name", "name a", "other"].map { try folder.write("", to: $0) }
    let outcome = try CommandRun.outcome(
      of: "find",
      "--json",
      "--mode",
      mode,
      "--workers",
      "2",
      "name",
      folder.path
    )
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json()
    #expect(
      json.names == [
        "matches", "directories", "entries", "errors", "mode", "workers", "seconds",
      ]
    )
    #expect(json["matches"] == .array([paths[1], paths[2], paths[0]].map { .string($0) }))
    #expect(json["directories"] == .number(1))
    #expect(json["entries"] == .number(5))
    #expect(json["errors"] == .number(0))
    #expect(json["mode"] == .string(mode))
    #expect(json["workers"] == .number(mode == "sequential" ? 1 : 2))
  }

  @Test func `prints a path a line, byte by byte`() throws {
    let folder = try TestFolder()
    let path = try folder.write("", to: "line\nbreak")
    let outcome = try CommandRun.outcome(of: "find", "break", folder.path)
    #expect(outcome.ending == .exit(0))
    #expect(outcome.output == "\(path)\n")
    #expect(outcome.errors.isEmpty)
  }

  @Test(arguments: ["--null", "-0"])
  func `prints a zero behind each path if that is wanted`(option: String) throws {
    let folder = try TestFolder()
    let path = try folder.write("", to: "name")
    #expect(try CommandRun.outcome(of: "find", option, "name", path).output == "\(path)\0")
  }

  @Test func `prints names that are no text as they are, and as bytes in JSON`() throws {
    let folder = try TestFolder()
    let path = try folder.makeFolder("name ", [0xFF, 0xC3])
    let stream = try CapturedStream()
    let run = try CommandRun(["find", "name", folder.path], output: stream.descriptor)
    #expect(try run.wait().ending == .exit(0))
    #expect(try stream.bytes() == path + [UInt8(ascii: "\n")])

    let outcome = try CommandRun.outcome(of: "find", "--json", "name", folder.path)
    guard case .array(let matches) = try outcome.json()["matches"] else {
      throw JSONValue.Malformed(rest: outcome.output)
    }
    #expect(matches.count == 1)
    guard case .string(let text) = matches.first?["bytes"] else {
      throw JSONValue.Malformed(rest: outcome.output)
    }
    #expect(base64(text) == path)
  }

  @Test(arguments: ["--exact", "--glob"])
  func `compares whole names if that is wanted`(option: String) throws {
    let folder = try TestFolder()
    let path = try folder.write("", to: "name")
    _ = try folder.write("", to: "name 2")
    #expect(try CommandRun.outcome(of: "find", option, "name", folder.path).output == "\(path)\n")
  }

  @Test func `reports what it cannot search, goes on, and exits with 1`() throws {
    let folder = try TestFolder()
    let path = try folder.write("", to: "name")
    let outcome = try CommandRun.outcome(of: "find", "--json", "name", "/nowhere/at/all", path)
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors == "interlock: /nowhere/at/all: No such file or directory\n")
    #expect(try outcome.json()["errors"] == .number(1))
    #expect(try outcome.json()["matches"] == .array([.string(path)]))
  }

  @Test func `exits with 0 when nothing is found`() throws {
    let outcome = try CommandRun.outcome(of: "find", "name", "/dev/null")
    #expect(outcome.ending == .exit(0))
    #expect(outcome.output.isEmpty)
  }

  @Test(
    arguments: [
      ["find"], ["find", "--workers", "0", "x"], ["find", "--mode", "racy", "x"],
      ["find", "--json", "--null", "x"], ["find", "--exact", "--glob", "x"],
    ]
  )
  func `refuses arguments that make no sense`(arguments: [String]) throws {
    let outcome = try CommandRun(arguments).wait()
    #expect(outcome.ending == .exit(64))
    #expect(outcome.output.isEmpty)
  }

  @Test func `says when standard output cannot be written, and exits with 1`() throws {
    let full = try SystemError.check { unsafe open("/dev/full", O_WRONLY | O_CLOEXEC) }
    defer { close(full) }
    let outcome = try CommandRun(["find", "", "/dev/null"], output: full).wait()
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors == "interlock: standard output: No space left on device\n")
  }

  @Test(arguments: ["sequential", "threads", "waitgroup", "pool"])
  func `ends at once when it is interrupted`(mode: String) throws {
    // Nobody reads the pipe that the paths are printed to: it fills, and the command waits.
    let folder = try TestFolder()
    let pipe = try folder.makePipe("pipe")
    let reader = try SystemError.check { unsafe open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    defer { close(reader) }
    let writer = try SystemError.check { unsafe open(pipe, O_WRONLY | O_CLOEXEC) }
    defer { close(writer) }
    let roots = Array(repeating: "/usr", count: 50)
    let run = try CommandRun(["find", "--mode", mode, ""] + roots, output: writer)
    var poll = pollfd(fd: writer, events: Int16(POLLOUT), revents: 0)
    while unsafe Glibc.poll(&poll, 1, 0) != 0 { CurrentThread.yield() }
    try run.send(SIGINT)
    #expect(try run.wait().ending == .signal(SIGINT))
  }

  @Test func `shows on a terminal what it finds, at once`() throws {
    let folder = try TestFolder()
    let path = try folder.write("", to: "name")
    let terminal = try Pseudoterminal()
    let run = try CommandRun(["find", "name", folder.path], output: terminal.programSide)
    var shown = ""
    while !shown.contains(where: \.isNewline) { shown += try terminal.read() }
    #expect(shown.split(whereSeparator: \.isNewline).first.map(String.init) == path)
    #expect(try run.wait().ending == .exit(0))
  }

  /// The bytes that a text in base64 stands for.
  private func base64(_ text: String) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var bytes: [UInt8] = []
    var (bits, count) = (0, 0)
    for value in text.utf8.compactMap({ digits.firstIndex(of: $0) }) {
      (bits, count) = (bits << 6 | value, count + 6)
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> count))
    }
    return bytes
  }
}

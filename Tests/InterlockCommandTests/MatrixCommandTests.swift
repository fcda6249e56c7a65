import Glibc
import Interlock
import InterlockChecker
import InterlockPrograms
import Testing

@Suite(.timeLimit(.minutes(30))) struct `interlock matrix` {
  private static let modes = ["sequential", "threads", "processes"]

  /// Writes a matrix as others would, and returns the path.
  private func write(_ rows: [[Double]], of type: MatrixNumber, to path: String) throws -> String {
    try MatrixFile(at: path).write(try Matrix(rows, of: type))
    return path
  }

  @Test(arguments: modes)
  func `prints one JSON object and nothing else`(mode: String) throws {
    let outcome = try CommandRun(
      ["matrix", "--json", "--mode", mode, "--workers", "2", "--size", "20", "--rounds", "3"]
    ).wait()
    #expect(outcome.ending == .exit(0))
    #expect(outcome.errors.isEmpty)
    let json = try outcome.json()
    #expect(
      json.names == ["checksum", "gigaflops", "rounds", "mode", "workers", "seconds"]
    )
    #expect(json["rounds"] == .number(3))
    #expect(json["mode"] == .string(mode))
    #expect(json["workers"] == .number(mode == "sequential" ? 1 : 2))
    #expect((json["gigaflops"]?.number ?? 0) > 0)
  }

  @Test(arguments: ["f64", "f32", "i32"])
  func `has the same checksum in every mode, and another for another seed`(type: String) throws {
    func checksum(_ mode: String, seed: Int = 7) throws -> JSONValue? {
      let run = try CommandRun([
        "matrix", "--json", "--type", type, "--mode", mode, "--workers", "3", "--size", "70",
        "--rounds", "2", "--seed", "\(seed)",
      ])
      return try run.wait().json()["checksum"]
    }
    let expected = try checksum("sequential")
    #expect(expected != nil)
    #expect(try checksum("threads") == expected)
    #expect(try checksum("processes") == expected)
    #expect(try checksum("sequential", seed: 8) != expected)
  }

  @Test(arguments: modes)
  func `multiplies files`(mode: String) throws {
    let folder = try TestFolder()
    let left = try write([[1, 2], [3, 4], [5, 6]], of: .i32, to: folder.place("left.npy"))
    let right = try write([[7, 8, 9], [-1, -2, -3]], of: .i32, to: folder.place("right.npy"))
    let product = folder.place("product.npy")
    let outcome = try CommandRun([
      "matrix", "--mode", mode, "--left", left, "--right", right, "--output", product,
    ]).wait()
    #expect(outcome.ending == .exit(0))
    #expect(outcome.output.hasPrefix("checksum 144 of 1 round, "))
    #expect(outcome.errors.isEmpty)
    let rows = try Matrix(readingFrom: product).rows()
    #expect(rows == [[5, 4, 3], [17, 16, 15], [29, 28, 27]])
  }

  @Test func `reads standard input, and may replace what it has read`() throws {
    let folder = try TestFolder()
    let path = try write([[1, 2], [3, 4]], of: .f64, to: folder.place("m.npy"))
    let input = try SystemError.check { unsafe open(path, O_RDONLY | O_CLOEXEC) }
    defer { close(input) }
    let outcome = try CommandRun(
      ["matrix", "--left", "-", "--right", path, "--output", path],
      input: input
    ).wait()
    #expect(outcome.ending == .exit(0))
    #expect(try Matrix(readingFrom: path).rows() == [[7, 10], [15, 22]])
  }

  @Test func `names the file that it cannot read or write, and why`() throws {
    let folder = try TestFolder()
    let matrix = try write([[1, 2]], of: .f64, to: folder.place("m.npy"))
    let column = try write([[1], [2]], of: .f64, to: folder.place("column.npy"))
    let whole = try write([[1], [2]], of: .i32, to: folder.place("whole.npy"))
    let text = try folder.write("1 2\n", to: "text")
    func complaint(_ left: String, _ right: String, _ output: String? = nil) throws -> String {
      let arguments = ["matrix", "--left", left, "--right", right]
      let outcome = try CommandRun(arguments + (output.map { ["--output", $0] } ?? [])).wait()
      #expect(outcome.ending == .exit(1))
      #expect(outcome.output.isEmpty)
      return outcome.errors
    }
    #expect(
      try complaint(matrix, "/nowhere/at/all")
        == "interlock: /nowhere/at/all: No such file or directory\n"
    )
    #expect(
      try complaint(text, matrix)
        == "interlock: \(text): this is no file in NumPy's format .npy\n"
    )
    #expect(
      try complaint(matrix, matrix) == """
        interlock: \(matrix) and \(matrix): the shapes do not fit: the left matrix has 2 columns, \
        and the right one 1 rows, which have to be as many

        """
    )
    #expect(
      try complaint(matrix, whole) == """
        interlock: \(matrix) and \(whole): the types differ: the left matrix has numbers of type \
        f64, and the right one i32

        """
    )
    #expect(
      try complaint(matrix, column, "/dev/full")
        == "interlock: /dev/full: No space left on device\n"
    )
    #expect(
      try complaint(matrix, column, "/nowhere/product.npy")
        == "interlock: /nowhere/product.npy: No such file or directory\n"
    )
  }

  private func isRunning(_ process: pid_t) -> Bool {
    // What has ended and was not waited for still has a number, but no memory.
    let path = "/proc/\(process)/exe"
    var bytes: [CChar] = [0]
    return unsafe readlink(path, &bytes, bytes.count) >= 0
  }

  @Test(arguments: modes)
  func `ends at once when it is interrupted, its processes too`(mode: String) throws {
    let run = try CommandRun([
      "matrix", "--mode", mode, "--workers", "2", "--size", "50", "--rounds", "1000000000",
    ])
    let children = mode == "processes" ? try run.children(2) : []
    try run.send(SIGINT)
    let outcome = try run.wait()
    #expect(outcome.ending == .signal(SIGINT))
    #expect(outcome.output.isEmpty)
    for child in children { while isRunning(child) { CurrentThread.yield() } }
  }

  @Test func `says that one of its processes was killed, and does not wait for it`() throws {
    let terminal = try Pseudoterminal()
    let run = try CommandRun(
      [
        "matrix", "--mode", "processes", "--workers", "2", "--size", "50", "--rounds",
        "1000000000",
      ],
      errors: terminal.programSide
    )
    let children = try run.children(2)
    // Killed while all meet again and again.
    var shown = ""
    while !shown.contains(/[1-9][0-9,]* rounds,/) { shown += try terminal.read() }
    kill(children[1], SIGKILL)
    let outcome = try run.wait()
    #expect(outcome.ending == .exit(1))
    #expect(outcome.output.isEmpty)
    let complaint = "interlock: the worker process was killed by SIGKILL\r\n"
    while !shown.hasSuffix("\r\n") { shown += try terminal.read() }
    #expect(shown.hasSuffix(complaint))
    for child in children { while isRunning(child) { CurrentThread.yield() } }
  }

  @Test func `says that a process could not be started, and does not wait for it`() throws {
    let run = try CommandRun([
      "matrix", "--mode", "processes", "--workers", "40", "--size", "50", "--rounds",
      "1000000000",
    ])
    // Perhaps before it is ready, and perhaps before it has the barriers.
    kill(try run.children(1)[0], SIGKILL)
    let outcome = try run.wait()
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors.contains("killed by SIGKILL"))
  }
}

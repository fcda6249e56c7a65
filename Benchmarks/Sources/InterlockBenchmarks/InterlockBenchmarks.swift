import CPeers
import Glibc

/// Runs the benchmarks and prints how we compare.
@main
enum InterlockBenchmarks {
  static func main() {
    do {
      try run(Settings(CommandLine.arguments.dropFirst()))
    } catch {
      complain("benchmarks: \(error)")
      exit(64)
    }
  }

  private static func run(_ settings: Settings) throws {
    let benchmarks = Benchmark.all(settings).filter { settings.isSelected($0.name) }
    if benchmarks.isEmpty { throw Failure("no benchmark has such a name; --list shows them") }
    if settings.onlyLists {
      for benchmark in benchmarks { print(benchmark.name) }
      return
    }
    guard crew_start_bystander() else { throw Failure("the system gives no second thread") }

    let machine = Machine()
    print(machine.report)
    let outcomes = benchmarks.map { benchmark in
      if isatty(STDERR_FILENO) == 1 { complain("measuring \(benchmark.name)") }
      return benchmark.run(for: settings.seconds, rounds: settings.rounds)
    }
    print(Table(outcomes).text)
    print("\n\(Summary(outcomes).text)")
    if let file = settings.jsonFile {
      try save(JSONReport(machine: machine, outcomes: outcomes).json.text + "\n", to: file)
    }
  }

  private static func complain(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    // SAFETY: the call reads as many bytes as the array has.
    _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
  }

  private static func save(_ text: String, to path: String) throws {
    // SAFETY: the file is closed on all ways, and used nowhere else.
    guard let file = unsafe fopen(path, "w") else { throw Failure("\(path) cannot be written") }
    let isWritten = unsafe fputs(text, file) >= 0
    guard unsafe fclose(file) == 0, isWritten else { throw Failure("\(path) cannot be written") }
  }
}

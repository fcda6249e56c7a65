/// What the command line asks for.
///
/// `Benchmarks/run` is the command that people use; it finds out the rest.
struct Settings {
  /// Parts of the names of the benchmarks to run; none for all.
  var filters: [String] = []
  var isQuick = false
  /// Whether to print the names of the benchmarks only.
  var onlyLists = false
  /// Where to write the samples.
  var jsonFile: String?
  /// The path of the command `interlock`.
  var command = ""
  /// Why there is no such command.
  var commandProblem: String? = "no --interlock was given"
  /// The C programs that count letters, by the compiler that built them.
  var letterCounters: [(compiler: String, path: String)] = []
  /// The C programs that measure polygons, by the compiler that built them.
  var areaMeters: [(compiler: String, path: String)] = []
  /// The script that counts winds.
  var windScript = ""
  /// The programs that run it.
  var awks: [(name: String, path: String)] = []
  /// Those that are not here.
  var absentAwks: [String] = []
  /// The compilers that are not here.
  var absentCompilers: [String] = []
  /// The library with the channels of Rust's standard library.
  var rustChannel = ""
  /// Why there is no such library.
  var rustChannelProblem: String? = "no --rust-channel was given"
  /// How to run `Peers/pool.py`.
  var python: [String] = []
  /// What the table calls Python.
  var pythonVersion = "Python"
  /// Why there is no Python.
  var pythonProblem: String? = "no --python was given"
  /// How to run `Peers/matrix.py`.
  var numPy: [String] = []
  /// What the table calls NumPy.
  var numPyVersion = "NumPy"
  /// Why there is no NumPy.
  var numPyProblem: String? = "no --numpy was given"
  /// A directory for large files.
  var scratch = "."

  init(_ arguments: some Sequence<String>) throws {
    var rest = arguments.makeIterator()
    func value(of option: String) throws -> String {
      guard let value = rest.next() else { throw Failure("\(option) needs a value") }
      return value
    }
    while let argument = rest.next() {
      switch argument {
      case "--quick": isQuick = true
      case "--list": onlyLists = true
      case "--json": jsonFile = try value(of: argument)
      case "--interlock": (command, commandProblem) = (try value(of: argument), nil)
      case "--no-interlock": commandProblem = try value(of: argument)
      case "--scratch": scratch = try value(of: argument)
      case "--letters":
        letterCounters.append((compiler: try value(of: argument), path: try value(of: argument)))
      case "--area":
        areaMeters.append((compiler: try value(of: argument), path: try value(of: argument)))
      case "--wind-script": windScript = try value(of: argument)
      case "--awk": awks.append((name: try value(of: argument), path: try value(of: argument)))
      case "--no-awk": absentAwks.append(try value(of: argument))
      case "--no-compiler": absentCompilers.append(try value(of: argument))
      case "--rust-channel":
        (rustChannel, rustChannelProblem) = (try value(of: argument), nil)
      case "--no-rust-channel": rustChannelProblem = try value(of: argument)
      case "--python":
        pythonVersion = try value(of: argument)
        (python, pythonProblem) = ([try value(of: argument), try value(of: argument)], nil)
      case "--no-python": pythonProblem = try value(of: argument)
      case "--numpy":
        numPyVersion = try value(of: argument)
        (numPy, numPyProblem) = ([try value(of: argument), try value(of: argument)], nil)
      case "--no-numpy": numPyProblem = try value(of: argument)
      case let option where option.hasPrefix("-"): throw Failure("there is no option \(option)")
      default: filters.append(argument)
      }
    }
  }

  /// How long a contestant works in a round.
  var seconds: Double { isQuick ? 0.03 : 0.15 }

  var rounds: Int { isQuick ? 5 : 15 }

  /// Throws if there is no command `interlock`.
  func requireCommand() throws {
    if let commandProblem { throw Failure(commandProblem) }
  }

  func isSelected(_ name: String) -> Bool {
    filters.isEmpty || filters.contains { name.contains($0) }
  }
}

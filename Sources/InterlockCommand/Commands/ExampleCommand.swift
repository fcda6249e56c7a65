#if Command
import ArgumentParser
import Interlock
import InterlockChecker
import InterlockPrograms

/// `interlock example`: the small programs of the lessons.
struct ExampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "example",
    abstract: "Run one of the small programs of the lessons.",
    discussion: """
      Each shows one thing, most of them with threads and with processes, so that the two can be \
      compared:

        interlock example shared-array --mode threads
        interlock example shared-array --mode processes

      Without a name it lists them.
      """
  )

  @Argument(help: "Which one.")
  var name: Example?

  @Option(help: "With what to run it. (default: threads, unless it is about processes)")
  var mode: Example.Mode?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard let name, let mode, !name.modes.contains(mode) else { return }
    throw ValidationError("\(name.rawValue) is not there with --mode \(mode.rawValue).")
  }

  func run() throws {
    guard let name else { return try list() }
    let mode = mode ?? name.modes[0]
    var events: [String] = []
    var failure: (any Error)?
    do {
      try name.run(mode) { event in
        events.append(event)
        if output.json { return }
        do { try Output.print(event) } catch { failure = failure ?? error }
      }
    } catch {
      throw Failure("\(error)")
    }
    if let failure { throw failure }
    guard output.json else { return }
    try Output.print(
      JSON.object([
        "example": .string(name.rawValue),
        "mode": .string(mode.rawValue),
        "events": .array(events.map { .string($0) }),
      ]).description
    )
  }

  private func list() throws {
    if output.json {
      let names = Example.allCases.map { JSON.string($0.rawValue) }
      return try Output.print(JSON.object(["examples": .array(names)]).description)
    }
    let width = Example.allCases.map(\.rawValue.count).max() ?? 0
    for example in Example.allCases {
      let name = example.rawValue
      let padding = String(repeating: " ", count: width - name.count + 2)
      try Output.print(name + padding + example.summary)
    }
  }
}
#endif

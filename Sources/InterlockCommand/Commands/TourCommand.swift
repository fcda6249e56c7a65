#if Command
import ArgumentParser

/// `interlock tour`: what this is about, on the user's own machine.
struct TourCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tour",
    abstract: "See in less than two minutes what this is about, on your own machine.",
    discussion: """
      Tells of an outage and makes the runs that did not show it; then counts the letters of text \
      files that it finds on this machine, with one thread, with several that get in each other's \
      way, and with several that do not. Reads public folders only, and writes nothing.

        interlock tour
      """
  )

  func run() throws {
    try Tour().run()
  }
}
#endif

#if Command
import ArgumentParser

/// `interlock generate`: sample inputs of any size.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Make sample inputs of any size.",
    discussion: """
      The same seed makes the same input, everywhere.

        interlock generate text --bytes 1GB --output sample.txt
        interlock generate polygons --count 1000000 --output polygons.txt
        interlock generate metar --bytes 1GB --output archive.txt
      """,
    subcommands: [
      GenerateTextCommand.self, GeneratePolygonsCommand.self, GenerateMetarCommand.self,
    ]
  )
}
#endif

#if Command
import ArgumentParser
import Glibc
import Interlock
import InterlockPrograms

/// `interlock generate text`: text that looks like English from a distance.
struct GenerateTextCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "text",
    abstract: "Make text that looks like English from a distance.",
    discussion: """
      Memory does not grow with the size.

        interlock generate text --bytes 1GB --output sample.txt
        interlock generate text --bytes 50MB --seed 7 | interlock letters -
      """
  )

  @Option(help: "How much: a number of bytes, or 64KiB, 50MB, 1GB …")
  var bytes = ByteCount(bytes: 1_000_000)

  @Option(help: "Which text: another number, another text.")
  var seed: UInt64 = 1

  @Option(help: "The file to write. (default: standard output)")
  var output: String?

  @Flag(help: "Show no progress.")
  var quiet = false

  func validate() throws {
    // Finds out before anything is made.
    if output == "" { throw ValidationError("--output is the name of a file.") }
  }

  func run() throws {
    do {
      try write()
    } catch let error as SystemError {
      if output == nil, error.number == EPIPE {
        // Whoever reads has had enough. Usually the signal has ended the program already; if its
        // parent has made it ignore that, go the same way.
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
      }
      throw Failure("\(output ?? "standard output"): \(error)")
    }
  }

  private func write() throws {
    let descriptor = try open()
    let done = Atomic<Int>(0)
    let total = bytes.bytes
    let isWatched =
      !quiet && Terminal.standardError.isInteractive
      && (output != nil || !Terminal.standardOutput.isInteractive)
    try ProgressLine.show(if: isWatched) {
      let count = done.load(ordering: .relaxed)
      return "\(Quantity.bytes(UInt64(count))) of \(Quantity.bytes(UInt64(total)))"
    } while: {
      try unsafe SampleText(seed: seed).write(byteCount: total) { piece throws(SystemError) in
        try unsafe Output.write(piece, to: descriptor)
        // Ordering: relaxed; the number is for the eyes only.
        done.wrappingAdd(piece.count, ordering: .relaxed)
      }
    }
    // Some file systems report a full disk only now.
    if output != nil { try SystemError.check { close(descriptor) } }
  }

  private func open() throws(SystemError) -> Int32 {
    guard let output else { return STDOUT_FILENO }
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    let permissions: mode_t = 0o666
    return try SystemError.check { unsafe Glibc.open(output, flags, permissions) }
  }
}
#endif

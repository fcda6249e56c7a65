import Glibc
import Interlock
import InterlockPrograms

/// The files that the tour counts: what this machine has, or a generated text if it has nothing.
///
/// Collecting reads everything once, so that the measurements which follow read from memory.
struct TourSample {
  /// What to count.
  let inputs: [String]
  /// What is in it.
  let count: LetterCount
  private let temporaryFile: String?

  /// Folders that are full of text on many systems, and that everybody may read.
  private static let candidates = [
    "/usr/share/common-licenses", "/usr/share/dict", "/usr/share/i18n", "/usr/include",
    "/usr/lib/python3", "/usr/lib/python3.11", "/usr/lib/python3.12", "/usr/lib/python3.13",
    "/usr/share/perl", "/usr/share/perl5", "/usr/share/vim", "/usr/share/doc", "/usr/share/info",
    "/usr/share/zoneinfo", "/usr/share/locale", "/usr/share/man", "/usr/share/bash-completion",
  ]
  private static let enough: UInt64 = 200_000_000
  private static let tooLittle: UInt64 = 20_000_000
  private static let patience = Duration.seconds(4)

  /// Looks what there is, for a few seconds at the most.
  ///
  /// - Throws: ``SystemError`` if there is nothing, and no file can be made.
  static func collect() throws -> TourSample {
    let deadline = Deadline.after(patience)
    var inputs: [String] = []
    var count = LetterCount()
    for folder in candidates where unsafe access(folder, R_OK) == 0 {
      guard !deadline.hasPassed, count.bytes < enough else { break }
      let room = enough - count.bytes
      let progress = LetterProgress()
      let watch = try Alarm(after: .zero, repeating: .milliseconds(5), name: "sample") {
        if progress.bytes > room || deadline.hasPassed { progress.stop() }
      }
      let report = try LetterCounter().count([folder], progress: progress)
      watch.cancel()
      // What is too much is left out as a whole, for the next count would see all of it.
      if report.wasStopped || report.count.bytes == 0 { continue }
      inputs.append(folder)
      count += report.count
    }
    if count.bytes >= tooLittle {
      return TourSample(inputs: inputs, count: count, temporaryFile: nil)
    }
    return try generated()
  }

  private static func generated() throws -> TourSample {
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var path = Array("\(folder)/interlock-tour-XXXXXX".utf8CString)
    let descriptor = try SystemError.check { unsafe mkstemp(&path) }
    let name = String(decoding: path.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    do {
      try unsafe SampleText(seed: 1).write(byteCount: Int(enough)) { piece throws(SystemError) in
        try unsafe Output.write(piece, to: descriptor)
      }
      try SystemError.check { close(descriptor) }
      let report = try LetterCounter().count([name])
      return TourSample(inputs: [name], count: report.count, temporaryFile: name)
    } catch {
      unsafe unlink(name)
      throw error
    }
  }

  /// Whether it was generated.
  var isGenerated: Bool { temporaryFile != nil }

  /// Removes what was made.
  func remove() {
    if let temporaryFile { unsafe unlink(temporaryFile) }
  }
}

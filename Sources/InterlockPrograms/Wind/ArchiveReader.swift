import Glibc
import Interlock

/// What comes before the first stage: reads the archives, and cuts them into texts.
///
/// Each text begins with a line, and ends behind a line that closes a report or where its archive ends.
/// So texts can be parsed in any order, by different threads and processes.
struct ArchiveReader {
  private let job: WindJob
  private var walk: FileWalk
  private var hasStandardInput: Bool
  /// The archive that is being read.
  private var current: OpenArchive?

  private struct OpenArchive {
    let name: String
    var cutter: ArchiveCutter
  }

  init(for job: WindJob) {
    self.job = job
    walk = FileWalk(job.inputs.filter { $0 != "-" })
    hasStandardInput = job.inputs.contains("-")
  }

  /// The next text; `nil` if there is none left or the run was stopped.
  mutating func next() -> [UInt8]? {
    while !job.shouldStop {
      guard let archive = current else {
        if !open() { return nil }
        continue
      }
      do throws(SystemError) {
        if let text = try current?.cutter.next() { return text }
        if !job.shouldStop { job.progress.addFile() }
      } catch {
        job.fail(InputFailure(input: archive.name, reason: "\(error)"))
      }
      current = nil
    }
    return nil
  }

  /// Opens the next archive, or says why that is not possible.
  ///
  /// - Returns: Whether anything was left.
  private mutating func open() -> Bool {
    switch walk.next() {
    case .failure(let failure)?: job.fail(failure)
    case .file(let reference)?:
      open(reference.path) { () throws(SystemError) in
        let file = try reference.open()
        // If it is no ordinary file any more it is passed over, as it would have been when it was found.
        return file.isRegular || reference.isNamedByUser ? file : nil
      }
    case nil where hasStandardInput:
      hasStandardInput = false
      let descriptor = job.standardInput
      open("-") { () throws(SystemError) in
        try OpenFile(descriptor: descriptor, isOwned: false)
      }
    case nil: return false
    }
    return true
  }

  private mutating func open(_ name: String, _ open: () throws(SystemError) -> OpenFile?) {
    do throws(SystemError) {
      guard let file = try open() else { return }
      current = OpenArchive(name: name, cutter: ArchiveCutter(of: file, for: job))
    } catch {
      job.fail(InputFailure(input: name, reason: "\(error)"))
    }
  }
}

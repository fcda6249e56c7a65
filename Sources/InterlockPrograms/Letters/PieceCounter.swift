/// Reads pieces and counts their letters: one for each thread, with one buffer.
@safe
final class PieceCounter {
  private let job: LetterJob
  // SAFETY: allocated in `init`, freed in `deinit`, and used by the one thread that has this object.
  private let buffer: UnsafeMutableRawBufferPointer

  init(for job: LetterJob) {
    self.job = job
    unsafe buffer = .allocate(byteCount: job.bufferSize, alignment: 4096)
  }

  deinit {
    unsafe buffer.deallocate()
  }

  /// Counts the letters of `piece`.
  ///
  /// - Returns: The count: nothing if the piece cannot be read, which is reported.
  func count(_ piece: Piece) -> LetterCount {
    switch piece {
    case .segment(let input, let range):
      count(input) { (count) throws(SystemError) in try read(input.file, in: range, to: &count) }
    case .stream(let input):
      count(input) { (count) throws(SystemError) in try read(input.file, to: &count) }
    case .resource(let resource):
      count(resource)
    }
  }

  /// Counts a part of a file with `read`, and the file itself if that was the last part.
  private func count(
    _ input: InputFile,
    _ read: (inout LetterCount) throws(SystemError) -> Void
  ) -> LetterCount {
    var count = LetterCount()
    do throws(SystemError) {
      try read(&count)
    } catch {
      count = LetterCount()
      if input.fail() { job.fail(InputFailure(input: input.path, reason: "\(error)")) }
    }
    if input.finishSegment(), !job.shouldStop {
      count.files = 1
      job.progress.addFile()
    }
    return count
  }

  private func read(
    _ file: OpenFile,
    in range: Range<Int>,
    to count: inout LetterCount
  )
    throws(SystemError)
  {
    var position = range.lowerBound
    while position < range.upperBound, !job.shouldStop {
      let space = unsafe UnsafeMutableRawBufferPointer(
        rebasing: buffer.prefix(range.upperBound - position)
      )
      let size = unsafe try file.read(into: space, at: position)
      // The file has become shorter since it was opened.
      if size == 0 { return }
      unsafe add(UnsafeRawBufferPointer(rebasing: space.prefix(size)), to: &count)
      position += size
    }
  }

  private func read(_ file: OpenFile, to count: inout LetterCount) throws(SystemError) {
    while !job.shouldStop {
      guard let size = unsafe try file.read(into: buffer) else { continue }
      if size == 0 { return }
      unsafe add(UnsafeRawBufferPointer(rebasing: buffer.prefix(size)), to: &count)
    }
  }

  private func count(_ resource: WebResource) -> LetterCount {
    var count = LetterCount()
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
      unsafe add(bytes, to: &count)
      return !job.shouldStop
    }
    do throws(InputFailure) {
      if try unsafe resource.read(unless: { job.shouldStop }, receive) {
        count.files = 1
        job.progress.addFile()
      }
      return count
    } catch {
      job.fail(error)
      return LetterCount()
    }
  }

  private func add(_ bytes: UnsafeRawBufferPointer, to count: inout LetterCount) {
    unsafe count.add(bytes)
    job.progress.addBytes(bytes.count)
  }
}

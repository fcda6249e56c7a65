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
      count(piece, of: input) { () throws(SystemError) in try count(range, of: input.file) }
    case .stream(let input):
      count(piece, of: input) { () throws(SystemError) in try count(input.file) }
    case .resource(let resource):
      count(piece, from: resource)
    }
  }

  private func count(
    _ piece: Piece,
    of input: InputFile,
    _ count: () throws(SystemError) -> LetterCount
  ) -> LetterCount {
    do throws(SystemError) {
      return finish(piece, try count())
    } catch {
      if input.fail() { job.fail(InputFailure(input: input.path, reason: "\(error)")) }
      return finish(piece)
    }
  }

  private func count(_ piece: Piece, from resource: WebResource) -> LetterCount {
    do throws(InputFailure) {
      return finish(piece, try count(of: resource))
    } catch {
      job.fail(error)
      return LetterCount()
    }
  }

  /// Adds the file or resource to the count of its last piece, once nothing is left of it to read.
  func finish(_ piece: Piece, _ count: LetterCount = LetterCount()) -> LetterCount {
    let isComplete =
      switch piece {
      case .segment(let input, _), .stream(let input): input.finishSegment()
      case .resource: true
      }
    guard isComplete, !job.shouldStop else { return count }
    var count = count
    count.files = 1
    job.progress.addFile()
    return count
  }

  // What these count has no files yet.

  /// Counts the letters of a part of a file.
  func count(_ range: Range<Int>, of file: OpenFile) throws(SystemError) -> LetterCount {
    var count = LetterCount()
    var position = range.lowerBound
    while position < range.upperBound, !job.shouldStop {
      let space = unsafe UnsafeMutableRawBufferPointer(
        rebasing: buffer.prefix(range.upperBound - position)
      )
      let size = unsafe try file.read(into: space, at: position)
      // The file has become shorter since it was opened.
      if size == 0 { break }
      unsafe add(UnsafeRawBufferPointer(rebasing: space.prefix(size)), to: &count)
      position += size
    }
    return count
  }

  /// Counts the letters of something that is read from its beginning until it ends.
  private func count(_ file: OpenFile) throws(SystemError) -> LetterCount {
    var count = LetterCount()
    while !job.shouldStop {
      guard let size = unsafe try file.read(into: buffer) else { continue }
      if size == 0 { break }
      unsafe add(UnsafeRawBufferPointer(rebasing: buffer.prefix(size)), to: &count)
    }
    return count
  }

  /// Counts the letters of something on the web.
  func count(of resource: WebResource) throws(InputFailure) -> LetterCount {
    var count = LetterCount()
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
      unsafe add(bytes, to: &count)
      return !job.shouldStop
    }
    try unsafe resource.read(unless: { job.shouldStop }, receive)
    return count
  }

  private func add(_ bytes: UnsafeRawBufferPointer, to count: inout LetterCount) {
    unsafe count.add(bytes)
    job.progress.addBytes(bytes.count)
  }
}

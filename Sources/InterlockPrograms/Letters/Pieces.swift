import Interlock

/// The input of a run, piece by piece: each thread takes one when it has counted the one before.
///
/// Nothing is listed in advance. The threads share one walk through the folders and move it on
/// themselves, so there is nobody who could find files faster than they are counted, and no queue
/// that would have to hold them.
///
/// How large a file is, and so into how many segments it falls, is known only when it is open.
/// Opening takes long and is done outside the monitor; meanwhile, a thread that finds nothing else
/// waits, because there may be segments for it in a moment.
final class Pieces: Sendable {
  /// How large the segments of files are.
  enum Division: Sendable {
    /// Large enough that starting one costs nothing, small enough that all threads get some of a
    /// large file.
    case bySize
    /// As `bySize`, but at least so many, down to single bytes.
    case atLeast(Int)

    func segmentSize(ofFileWith size: Int) -> Int {
      let usual = 16 << 20
      switch self {
      case .bySize: return usual
      case .atLeast(let count): return min(usual, max(1, size / count))
      }
    }
  }

  /// A file of which segments are left.
  private struct Divided: Sendable {
    let file: InputFile
    let size: Int
    let segmentSize: Int
    var position = 0

    var isOver: Bool { position == size }

    mutating func nextSegment() -> Piece {
      let end = min(size, position + segmentSize)
      defer { position = end }
      return .segment(file, position..<end)
    }
  }

  private struct State: Sendable {
    var walk: FileWalk
    var addresses: ArraySlice<String>
    var hasStandardInput: Bool
    var divided: [Divided] = []
    /// How many files threads are opening.
    var opening = 0

    /// Whether there may be something to take, or there never will.
    var isSettled: Bool {
      hasStandardInput || !divided.isEmpty || !walk.isOver || !addresses.isEmpty || opening == 0
    }
  }

  /// What a thread takes out of the monitor.
  private enum Find: Sendable {
    case piece(Piece)
    case found(FileWalk.Finding)
    case standardInput
    case nothingYet
    case end
  }

  private let job: LetterJob
  private let division: Division
  private let state: Monitor<State>

  /// The pieces of `inputs`, for the threads of `job`.
  init(_ inputs: [String], of job: LetterJob, divided division: Division = .bySize) {
    self.job = job
    self.division = division
    state = Monitor(
      State(
        walk: FileWalk(inputs.filter { $0 != "-" && !WebResource.isAddress($0) }),
        addresses: inputs.filter { WebResource.isAddress($0) }[...],
        hasStandardInput: inputs.contains("-")
      ),
      name: "pieces"
    )
  }

  /// Takes the next piece; waits while others may still find some.
  ///
  /// - Returns: The piece, or `nil` if there is none left or the run was stopped.
  func next() -> Piece? {
    while !job.shouldStop {
      let find = state.withLock(when: \.isSettled) { state in
        Self.find(in: &state, for: job)
      }
      switch find {
      case .piece(let piece): return piece
      case .found(.file(let reference)): if let piece = open(reference) { return piece }
      case .found(.failure(let failure)): job.fail(failure)
      case .standardInput: if let piece = openStandardInput() { return piece }
      case .nothingYet: continue
      case .end: return nil
      }
    }
    return nil
  }

  private static func find(in state: inout State, for job: LetterJob) -> Find {
    if let last = state.divided.indices.last {
      defer { if state.divided[last].isOver { state.divided.removeLast() } }
      return .piece(state.divided[last].nextSegment())
    }
    if let finding = state.walk.next() {
      if case .file = finding { state.opening += 1 }
      return .found(finding)
    }
    if let address = state.addresses.popFirst() {
      var resource = WebResource(address)
      resource.limits = job.webLimits
      resource.usesProxy = job.usesProxy
      return .piece(.resource(resource))
    }
    if state.hasStandardInput {
      state.hasStandardInput = false
      return .standardInput
    }
    // Perhaps this thread has just moved the walk to its end.
    return state.opening == 0 ? .end : .nothingYet
  }

  /// Opens a file that was found, and leaves what it does not take of it to others.
  private func open(_ reference: FileReference) -> Piece? {
    var divided: Divided?
    defer {
      state.withLock { state in
        state.opening -= 1
        if let divided, !divided.isOver { state.divided.append(divided) }
      }
    }
    do throws(SystemError) {
      let file = try reference.open()
      if !file.isRegular && !reference.isNamedByUser {
        // It was an ordinary file when it was found.
        return nil
      }
      guard file.size > 0 else { return .stream(InputFile(file, at: reference)) }
      let segmentSize = division.segmentSize(ofFileWith: file.size)
      let segments = (file.size + segmentSize - 1) / segmentSize
      let input = InputFile(file, at: reference, segments: segments)
      var rest = Divided(file: input, size: file.size, segmentSize: segmentSize)
      let first = rest.nextSegment()
      divided = rest
      return first
    } catch {
      job.fail(InputFailure(input: reference.path, reason: "\(error)"))
      return nil
    }
  }

  private func openStandardInput() -> Piece? {
    do throws(SystemError) {
      let file = try OpenFile(descriptor: job.standardInput, isOwned: false)
      return .stream(InputFile(file, at: nil))
    } catch {
      job.fail(InputFailure(input: "-", reason: "\(error)"))
      return nil
    }
  }
}

/// A part of the input as another process is told about it, which reads it itself.
enum RemotePiece: Codable, Sendable {
  /// A part of a file.
  case segment(of: FileIdentity, Range<Int>)
  /// Something on the web.
  case resource(WebResource)

  /// `nil` if only this process can read the piece, as it is with a stream.
  init?(_ piece: Piece) {
    switch piece {
    case .segment(let input, let range):
      guard let identity = try? FileIdentity(of: input.file, at: input.path) else { return nil }
      self = .segment(of: identity, range)
    case .resource(let resource): self = .resource(resource)
    case .stream: return nil
    }
  }

  /// Counts the letters, where the piece was sent to.
  ///
  /// - Throws: ``InputFailure`` if it cannot be read there, or not to its end.
  func count(with counter: PieceCounter) throws(InputFailure) -> LetterCount {
    switch self {
    case .segment(let identity, let range):
      do throws(SystemError) {
        return try counter.count(range, of: try identity.open())
      } catch {
        throw InputFailure(input: identity.path, reason: "\(error)")
      }
    case .resource(let resource): return try counter.count(of: resource)
    }
  }
}

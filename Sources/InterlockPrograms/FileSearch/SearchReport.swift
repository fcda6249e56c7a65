/// What a search has seen.
public struct SearchReport: Hashable, Sendable {
  /// How many paths were found.
  public let matches: Int
  /// How many folders were read.
  public let directories: Int
  /// How many names were compared: the roots', and those of all entries of all folders.
  public let entries: Int
  /// How many folders could not be read, or not to their end.
  public let errors: Int
  /// Whether the search was stopped before it had seen everything.
  public let wasStopped: Bool

  init(of progress: SearchProgress) {
    matches = progress.matches
    directories = progress.directories
    entries = progress.entries
    errors = progress.errors
    wasStopped = progress.isStopped
  }
}

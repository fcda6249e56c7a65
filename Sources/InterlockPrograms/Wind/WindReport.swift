/// What came out of counting winds.
public struct WindReport: Hashable, Sendable {
  /// How often the wind comes from each direction.
  public let distribution: WindDistribution
  /// How many archives were read to their end.
  public let files: Int
  /// How many bytes were read.
  public let bytes: UInt64
  /// How many inputs could not be read, or not to their end.
  public let errors: Int
  /// Whether the run was stopped before it had seen everything.
  public let wasStopped: Bool

  init(_ distribution: WindDistribution, of job: WindJob) {
    self.distribution = distribution
    files = job.progress.files
    bytes = job.progress.bytes
    errors = job.progress.errors
    wasStopped = job.progress.isStopped
  }
}

/// Lets at most one train at a time onto each crossing.
public protocol SignalBox: Sendable {
  /// Waits until the calling train may go on, and reserves crossings for it.
  ///
  /// It is not called for a crossing that the train has already.
  ///
  /// - Parameter row: The crossing that the train is about to enter, and behind it those that it must
  ///   be able to pass in one go, for it is too long to stop between them.
  /// - Returns: What is reserved now and was not before: the first crossing of the row at least.
  /// - Throws: `Deadlock` if the train would wait for ever.
  func reserve(_ row: [Int]) throws -> [Int]

  /// Gives back a crossing that the calling train has reserved.
  func release(_ crossing: Int)
}

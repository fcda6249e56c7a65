/// How a queue keeps its elements: what can be done at once, without waiting.
///
/// Cores know nothing of those who wait. Whatever a core changes, it changes sequentially
/// consistent or under a guard, as ``WaitingSide`` needs it.
protocol QueueCore<Element>: AnyObject, Sendable {
  associatedtype Element: Sendable

  /// Puts an element, if there is room.
  func put(_ element: Element) -> RingPut

  /// Takes the next element, if there is one.
  func take() -> RingTake<Element>

  /// Lets nothing be put any more.
  func seal()

  /// Whether a put would end at once, well or not, or when another call that has begun is through.
  ///
  /// Whoever waits looks at this, after it is known to wait: so it sees the first thing that others
  /// change, not the last.
  var isReadyToPut: Bool { get }

  /// Whether a take would end at once, well or not, or when another call that has begun is through.
  var isReadyToTake: Bool { get }

  /// How many elements were put and taken since the beginning.
  var counts: (puts: Int, takes: Int) { get }
}

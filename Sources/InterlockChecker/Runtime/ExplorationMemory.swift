/// What is known from all executions of one body: which thread is which, which object, what threads stood
/// before, and what the executions have come to.
final class ExplorationMemory {
  /// The numbers of those that a thread has started, in their order; those of the thread n at n + 1.
  @safe @exclusivity(unchecked)
  private var children: [[Int]] = [[]]
  @safe @exclusivity(unchecked)
  private var origins: [ThreadOrigin] = []
  @safe @exclusivity(unchecked)
  var objects: ObjectNames
  /// Whether a thread was kept waiting or asleep though its time might have been over.
  var hasLimitedTimeouts = false
  @safe @exclusivity(unchecked)
  var landmarks = Landmarks()
  @safe @exclusivity(unchecked)
  var sights = FirstSights()
  /// Whether threads that are left in the middle come to their ends: until one of them gets stuck.
  var drains = true
  /// Whether a thread has got stuck in a run, and there are no more: what it holds stays held.
  var isStuck = false

  /// Names nothing yet.
  ///
  /// - Parameter log: Where it is written down what objects are made; `nil` if it is not.
  init(_ log: AccessLog?) {
    objects = ObjectNames(log)
  }

  func beginExecution() {
    objects.beginExecution()
    landmarks.beginExecution()
  }

  /// The number of the thread that came to be in this way.
  func threadNumber(_ origin: ThreadOrigin) -> Int {
    let parent = (origin.parent ?? -1) + 1
    if origin.ordinal < children[parent].count { return children[parent][origin.ordinal] }
    children[parent].append(origins.count)
    children.append([])
    origins.append(origin)
    return origins.count - 1
  }

  /// How the thread with a number came to be.
  func origin(of number: Int) -> ThreadOrigin { origins[number] }
}

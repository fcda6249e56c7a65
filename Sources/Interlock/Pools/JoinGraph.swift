/// Who waits for which pool tasks, with no intention to give up.
///
/// An edge leads from a thread to the tasks of which it needs one, and from a task that runs to the
/// thread that runs it. A thread that can come round to itself on every way would wait for ever. Each
/// thread enters its edge and looks in one step, under the graph's guard, so of the threads that
/// close a circle the last one finds it.
///
/// A value of rules: it is touched under the guard of the world's ``ThreadRegistry`` only.
struct JoinGraph {
  private var joins: [UInt32: [AnyPoolTask]] = [:]

  /// A thread begins to wait until one of `tasks` is over.
  ///
  /// - Returns: `nil` if that can happen; else the tasks that lead from the thread to itself, and the
  ///   thread does not wait.
  mutating func enter(_ thread: UInt32, waitingFor tasks: [AnyPoolTask]) -> [AnyPoolTask]? {
    var visited: Set<UInt32> = []
    if let circle = circle(through: tasks, backTo: thread, &visited) { return circle }
    joins[thread] = tasks
    return nil
  }

  /// A thread waits no more.
  mutating func leave(_ thread: UInt32) {
    joins[thread] = nil
  }

  private func circle(
    through tasks: [AnyPoolTask],
    backTo thread: UInt32,
    _ visited: inout Set<UInt32>
  ) -> [AnyPoolTask]? {
    var found: [AnyPoolTask]?
    for task in tasks {
      let life = task.life
      guard life.phase == .running else { return nil }
      if life.runner == thread {
        found = [task]
      } else if visited.insert(life.runner).inserted {
        guard let next = joins[life.runner] else { return nil }
        guard let rest = circle(through: next, backTo: thread, &visited) else { return nil }
        found = [task] + rest
      }
    }
    return found
  }
}

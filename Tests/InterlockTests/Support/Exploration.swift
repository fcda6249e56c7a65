@testable import Interlock

/// Visits every state that can be reached from `start`, each once.
///
/// - Parameters:
///   - start: Where to begin.
///   - key: What tells states apart; two with the same key are the same.
///   - successors: The states that one event leads to, after checking that it was right.
/// - Returns: How many states there are.
func visitAllStates<State>(
  from start: State,
  key: (State) -> String,
  successors: (State) -> [State]
) -> Int {
  var seen: Set<String> = [key(start)]
  var waiting = [start]
  while let state = waiting.popLast() {
    for next in successors(state) where seen.insert(key(next)).inserted { waiting.append(next) }
  }
  return seen.count
}

/// Threads that never run: names for the rules.
func makeRecords(_ count: Int) -> [ThreadRecord] {
  let registry = ThreadRegistry()
  return (0..<count).map { ThreadRecord(name: "record-\($0)", in: registry) }
}

/// What executions of a body should come to sometimes, and how many have.
///
/// Only executions that are counted: those that make a counterexample simpler are not.
struct Landmarks {
  private struct Landmark {
    let name: String
    /// Executions that have reached it.
    var executions = 0
    /// Those of them that only had a first look, and are repeated by later ones.
    var firstLooks = 0
  }

  /// In the order in which they were met.
  private var landmarks: [Landmark] = []
  private var places: [String: Int] = [:]
  /// Those that this execution has reached.
  private var reached: Set<Int> = []

  /// Another execution begins.
  mutating func beginExecution() {
    if !reached.isEmpty { reached.removeAll(keepingCapacity: true) }
  }

  /// An execution passes a landmark.
  mutating func pass(_ name: String, isReached: Bool) {
    let place: Int
    if let known = places[name] {
      place = known
    } else {
      place = landmarks.count
      places[name] = place
      landmarks.append(Landmark(name: name))
    }
    if isReached { reached.insert(place) }
  }

  /// The execution that is over counts.
  mutating func count(isFirstLook: Bool) {
    for place in reached {
      landmarks[place].executions += 1
      if isFirstLook { landmarks[place].firstLooks += 1 }
    }
  }

  /// Forgets what was counted: the search begins again.
  mutating func reset() {
    for place in landmarks.indices { landmarks[place] = Landmark(name: landmarks[place].name) }
  }

  /// What is known now.
  ///
  /// - Parameter withFirstLooks: Whether to count executions that later ones have repeated.
  /// - Returns: Each landmark, in the order in which they were met.
  func summary(withFirstLooks: Bool) -> [Coverage.Landmark] {
    landmarks.map { landmark in
      Coverage.Landmark(
        name: landmark.name,
        executions: landmark.executions - (withFirstLooks ? 0 : landmark.firstLooks)
      )
    }
  }
}

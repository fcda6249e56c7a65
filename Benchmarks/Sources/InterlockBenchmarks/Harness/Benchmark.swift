/// One question: what an operation costs with us, and what with the peers.
struct Benchmark {
  /// A peer that cannot take part here.
  struct Absent {
    let name: String
    let reason: String
  }

  /// What the filters of the command line are compared with.
  let name: String
  /// What one operation is.
  let operation: String
  let ours: [any Contestant]
  let peers: [any Contestant]
  var absent: [Absent] = []
  var bars: [Bar] = []
  /// How many rounds are measured, if not as many as usual.
  var rounds: Int?
  /// What to do before the first round.
  var prepare: () throws -> Void = {}
  /// What to do before every round.
  var beforeRound: () throws -> Void = {}
  /// What to do at the end, whether it went well or not.
  var cleanUp: () -> Void = {}

  var contestants: [any Contestant] { ours + peers }
}

/// What a benchmark has to show, from DESIGN.md.
struct Bar {
  /// What is compared with the limit.
  enum Quantity {
    /// CPU time per operation, ours divided by the peer's.
    case cpuRatio
    /// Wall time per operation, ours divided by the peer's.
    case wallRatio
    /// Wall time per operation, ours alone, in seconds.
    case wall
    /// Operations a second, ours divided by the peer's.
    case rateRatio
    /// CPU time per operation, ours minus the peer's, in seconds.
    case cpuDifference
    /// CPU time per operation, ours alone, in seconds.
    case cpu
    /// The most memory that ours had resident, in bytes.
    case residentBytes
    /// What the thread of ours that was served worst got, as a share of the mean.
    case leastShare
  }

  /// Which side of a number is good.
  enum Limit {
    case atMost(Double)
    case atLeast(Double)
  }

  let quantity: Quantity
  let limit: Limit
  /// The peers that it is about; a bar on ours alone is shown beside the first.
  let peers: Set<String>

  init(_ quantity: Quantity, _ limit: Limit, against peers: Set<String>) {
    self.quantity = quantity
    self.limit = limit
    self.peers = peers
  }

  func isMet(by value: Double) -> Bool {
    switch limit {
    case .atMost(let bound): value <= bound
    case .atLeast(let bound): value >= bound
    }
  }

  /// The quantity in one round.
  func value(ours: Sample, peer: Sample) -> Double {
    switch quantity {
    case .cpuRatio: ours.cpu / peer.cpu
    case .wallRatio: ours.wall / peer.wall
    case .rateRatio: peer.wall / ours.wall
    case .cpuDifference: ours.cpu - peer.cpu
    case .cpu: ours.cpu
    case .wall: ours.wall
    case .residentBytes: ours.residentBytes ?? 0
    case .leastShare: ours.leastShare ?? 0
    }
  }
}

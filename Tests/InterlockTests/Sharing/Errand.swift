@testable import Interlock

/// Something for a worker to do with what it shares.
struct Errand<Thing: Codable & Sendable>: Codable, Sendable {
  var number = 0
  let thing: Thing
  let marker: Marker
}

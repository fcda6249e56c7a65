import Glibc

/// Something that all processes can see, and any may set once: a file that is there or not.
struct Marker: Codable, Sendable {
  private let path: String

  init() { path = "/tmp/interlock-test-\(getpid())-\(UInt64.random(in: 0 ... .max))" }

  var isSet: Bool { unsafe access(path, F_OK) == 0 }

  func set() { close(unsafe creat(path, 0o600)) }

  func remove() { unsafe unlink(path) }
}

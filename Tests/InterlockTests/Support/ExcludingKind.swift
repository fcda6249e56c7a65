import Testing

@testable import Interlock

/// All that lets one thread inside at a time, of this process or of several.
enum ExcludingKind: Hashable, Sendable {
  case own(ExclusionKind)
  case shared(SharedExclusionKind)

  static let all =
    ExclusionKind.allCases.map(Self.own) + SharedExclusionKind.allCases.map(Self.shared)

  func make() throws -> any Excluding {
    switch self {
    case .own(let kind): kind.make()
    case .shared(let kind): try kind.make()
    }
  }
}

extension ExcludingKind: CustomTestStringConvertible {
  var testDescription: String {
    switch self {
    case .own(let kind): kind.rawValue
    case .shared(let kind): kind.rawValue
    }
  }
}

/// What lets one thread inside at a time, of whatever process.
enum SharedExclusion: Codable, Sendable {
  case lock(SharedLock)
  case semaphore(SharedSemaphore)
}

/// All of those.
enum SharedExclusionKind: String, CaseIterable, Sendable {
  case lock = "SharedLock"
  case semaphore = "SharedSemaphore"

  func make() throws -> SharedExclusion {
    switch self {
    case .lock: .lock(try SharedLock())
    case .semaphore: .semaphore(try SharedSemaphore(permits: 1))
    }
  }
}

extension SharedExclusion: Excluding {
  func withLock<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch self {
    case .lock(let lock): try lock.withLock { _ throws(Failure) in try body() }
    case .semaphore(let semaphore): try semaphore.withPermit(body)
    }
  }

  func withLockIfAvailable<Result: Sendable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    switch self {
    case .lock(let lock):
      guard lock.tryAcquire() else { return nil }
      defer { lock.release() }
      return try body()
    case .semaphore(let semaphore):
      guard semaphore.tryAcquire() else { return nil }
      defer { semaphore.release() }
      return try body()
    }
  }

  func withLock<Result: Sendable, Failure: Error>(
    until deadline: Deadline,
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result? {
    switch self {
    case .lock(let lock):
      try lock.withLock(until: deadline) { _ throws(Failure) in try body() }
    case .semaphore(let semaphore): try semaphore.withPermit(until: deadline, body)
    }
  }
}

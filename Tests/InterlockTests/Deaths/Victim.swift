import CInterlock
import Glibc
import Testing

@testable import Interlock

/// Something that a process does with what it shares, and in the middle of which it dies.
protocol FatalAct: CaseIterable, Codable, CustomTestStringConvertible, RawRepresentable, Sendable
where RawValue == String {
  associatedtype Thing: Codable & Sendable

  /// Does it, in a worker; whatever waits has a deadline that is never reached.
  func perform(on thing: Thing, _ stage: Stage) throws
}

extension FatalAct {
  var testDescription: String { rawValue }
}

/// What a worker needs to die in the middle of an act.
struct Victim<Act: FatalAct>: Codable, Sendable {
  let act: Act
  let thing: Act.Thing
  let stage: Stage
  /// Before which step; 0 for none.
  let fatal: Int
}

/// An act, of which a worker counts the steps.
enum Dying<Act: FatalAct>: ProcessTask {
  static func run(_ victim: Victim<Act>) throws -> Int {
    endWhenStuck()
    victim.stage.enter()
    return try SharedStep.count(dyingAt: victim.fatal) { () throws(any Error) in
      try victim.act.perform(on: victim.thing, victim.stage)
      // Behind the last one.
      SharedStep.pass()
    }
  }
}

/// Where a victim and its survivors wait for each other.
struct Stage: Codable, Sendable {
  private let words: SharedArray<Int32>

  init() throws { words = try SharedArray(repeating: 0, count: 4) }

  /// The number of the victim's thread.
  var thread: Int32 { words[0] }
  /// Whether the victim waits for `goOn`.
  var isPaused: Bool { words[1] != 0 }

  /// Says that the calling thread is the victim's.
  func enter() { words[0] = interlock_thread_native_id() }

  /// Lets the victim go on.
  func goOn() { words[2] = 1 }

  /// Whether the victim has done what it was told.
  var isDone: Bool { words[3] != 0 }

  /// Says that what was to be done is done.
  func noteDone() { words[3] = 1 }

  /// Waits for `goOn`, in the victim.
  func pause() throws {
    words[1] = 1
    try eventually { words[2] != 0 }
  }
}

/// How a worker has ended that was to die.
enum Fate: Equatable {
  case died
  /// It has done everything, in so many steps.
  case survived(Int)
}

/// What should be so, and is not.
struct Harm: Error, CustomStringConvertible {
  let description: String

  /// Throws if something is not so.
  static func unless(_ isSo: Bool, _ words: @autoclosure () -> String) throws {
    if !isSo { throw Harm(description: words()) }
  }
}

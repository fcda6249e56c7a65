/// The choices of a run, as a short text: who makes the next step, and with which label.
///
/// A schedule made of one build of a program replays it in another, as long as the sequence of its
/// operations is the same. Threads are named by who started them, not by numbers, so it does not matter
/// how the schedule was found.
///
///     let schedule = try Schedule(parsing: textOfReport)
///
/// The text consists of digits and small letters: `s`, the version, and then numbers in groups of four
/// bits, lowest group first, each a character; a letter from `g` on says that more of the number follows.
/// The last four characters are a checksum.
public struct Schedule: Hashable, Sendable {
  /// A thread, by who started it.
  struct Origin: Hashable, Sendable {
    /// The place of the parent in the list of threads; `nil` if it was there from the beginning.
    let parent: Int?
    /// How many others the parent had started before.
    let ordinal: Int
  }

  /// The threads, in the order of their first steps.
  private(set) var threads: [Origin] = []
  /// The steps; threads are places in ``threads``.
  private(set) var choices: [Choice] = []

  /// How many steps there are.
  public var count: Int { choices.count }

  /// The choices of a run.
  ///
  /// - Parameters:
  ///   - choices: The steps, with the numbers of the machine.
  ///   - machine: The run, at its end.
  package init(_ choices: [Choice], _ machine: any Machine) {
    var places: [Int: Int] = [:]
    for choice in choices {
      let place = admit(choice.thread, machine, &places)
      self.choices.append(Choice(place, label: choice.label))
    }
  }

  init(threads: [Origin], choices: [Choice]) {
    self.threads = threads
    self.choices = choices
  }

  private mutating func admit(
    _ thread: Int,
    _ machine: any Machine,
    _ places: inout [Int: Int]
  ) -> Int {
    if let place = places[thread] { return place }
    let origin = machine.origin(of: thread)
    let parent = origin.parent.map { admit($0, machine, &places) }
    let place = threads.count
    threads.append(Origin(parent: parent, ordinal: origin.ordinal))
    places[thread] = place
    return place
  }
}

/// What is wrong with a text that should be a schedule.
public struct ScheduleError: Error, Hashable, Sendable {
  /// What can be wrong.
  public enum Reason: Hashable, Sendable {
    /// The text does not begin as schedules do.
    case notASchedule
    /// It is of another version of this library.
    case unknownVersion(Character)
    /// A character that schedules do not have, so many characters from the beginning.
    case unexpectedCharacter(Character, offset: Int)
    /// Characters are missing, or were changed.
    case wrongChecksum
    /// It ends too early.
    case truncated
    /// What it says makes no sense.
    case inconsistent
  }

  /// What is wrong.
  public let reason: Reason
}

extension ScheduleError: CustomStringConvertible {
  /// What is wrong, and what to do.
  public var description: String {
    let cure = "copy the whole text of the report"
    switch reason {
    case .notASchedule: return "this is no schedule, which begins with s and a digit; \(cure)"
    case .unknownVersion(let version):
      return "this schedule is of version \(version), and this library knows version 1 only"
    case .unexpectedCharacter(let character, let offset):
      return "a schedule has no \"\(character)\", which is character \(offset + 1); \(cure)"
    case .wrongChecksum: return "the schedule was changed or is incomplete; \(cure)"
    case .truncated: return "the schedule ends too early; \(cure)"
    case .inconsistent: return "the schedule contradicts itself; \(cure)"
    }
  }
}

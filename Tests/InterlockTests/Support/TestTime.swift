/// How long tests wait; no other file of the tests has a duration that matters.
///
/// Nothing here is slept through in the hope that something happens meanwhile: threads wait for
/// states, and these are the bounds of such waits.
enum TestTime {
  /// A wait that is meant to give up takes this long.
  static let short = Duration.milliseconds(40)
  /// A machine that is busy may add this much to a wait.
  static let slack = Duration.seconds(15)
  /// A thread that needs longer than this is stuck.
  static let limit = Duration.seconds(40)
  /// A wait that is meant to succeed never takes this long.
  static let long = Duration.seconds(90)
}

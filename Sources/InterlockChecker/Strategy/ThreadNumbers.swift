/// Numbers of threads, in ascending order: those that can run, as a rule.
///
/// An array that keeps its room, and its length beside it: it is filled anew for each step, and an array would
/// have to be shortened each time.
package struct ThreadNumbers: RandomAccessCollection {
  private var room: [Int] = []
  /// How many there are.
  package private(set) var count = 0

  /// No numbers.
  package init() {}

  /// The same as 0.
  package var startIndex: Int { 0 }
  /// The same as ``count``.
  package var endIndex: Int { count }

  /// The number at a place, counted from 0.
  package subscript(place: Int) -> Int { room[place] }

  /// Takes all numbers out.
  mutating func removeAll() { count = 0 }

  /// Adds a number at the end.
  mutating func append(_ number: Int) {
    if count < room.count { room[count] = number } else { room.append(number) }
    count += 1
  }
}

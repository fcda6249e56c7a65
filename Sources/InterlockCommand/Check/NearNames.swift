/// Names that somebody may have meant who wrote another one.
enum NearNames {
  /// How many to offer.
  private static let limit = 3

  /// The names that are nearest to `word`, if any is near.
  ///
  /// Near is what has it as a part, or becomes it by changing one letter in three.
  static func of(_ word: String, among names: [String]) -> [String] {
    let ranked = names.map { name in
      (name: name, distance: name.contains(word) ? 0 : distance(word, name))
    }
    let near = ranked.filter { $0.distance <= max(1, $0.name.count / 3) }
    guard let least = near.map(\.distance).min() else { return [] }
    return near.filter { $0.distance == least }.prefix(limit).map(\.name)
  }

  /// How many letters must be added, removed or changed (Levenshtein, 1966).
  static func distance(_ one: String, _ other: String) -> Int {
    let columns = Array(other)
    var row = Array(0...columns.count)
    for (line, letter) in one.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for (column, otherLetter) in columns.enumerated() {
        let changed = diagonal + (letter == otherLetter ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(changed, row[column] + 1, row[column + 1] + 1)
      }
    }
    return row[columns.count]
  }
}

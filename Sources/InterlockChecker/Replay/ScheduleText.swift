/// The version of the text, and how long its checksum is.
private let version: Character = "1"
private let checksumLength = 4
private let alphabet = Array("0123456789abcdefghijklmnopqrstuv".utf8)

extension Schedule: LosslessStringConvertible {
  /// Reads a text; `nil` if it is no schedule.
  ///
  /// To learn what is wrong, use ``init(parsing:)``.
  public init?(_ description: String) {
    guard let schedule = try? Schedule(parsing: description) else { return nil }
    self = schedule
  }

  /// The text.
  public var description: String {
    var writer = NumberWriter()
    writer.write(threads.count)
    for thread in threads {
      writer.write(thread.parent.map { $0 + 1 } ?? 0)
      writer.write(thread.ordinal)
    }
    for block in choices.blocks {
      let labelled = block.labels.indices.filter { block.labels[$0] != 0 }
      writer.write(2 * block.thread + (labelled.isEmpty ? 0 : 1))
      writer.write(block.labels.count - 1)
      if !labelled.isEmpty { writer.write(labelled, of: block.labels) }
    }
    let body = "s\(version)" + String(decoding: writer.characters, as: UTF8.self)
    return body + checksum(of: body.utf8)
  }

  /// Reads a text.
  ///
  /// - Throws: ``ScheduleError``, which says what is wrong.
  public init(parsing text: String) throws(ScheduleError) {
    let characters = Array(text)
    guard characters.count > 1, characters[0] == "s", characters[1].isNumber else {
      throw ScheduleError(reason: .notASchedule)
    }
    guard characters[1] == version else {
      throw ScheduleError(reason: .unknownVersion(characters[1]))
    }
    for (offset, character) in characters.enumerated() {
      guard let byte = character.asciiValue, offset < 2 || alphabet.contains(byte) else {
        throw ScheduleError(reason: .unexpectedCharacter(character, offset: offset))
      }
    }
    let bytes = Array(text.utf8)
    guard bytes.count > 2 + checksumLength else { throw ScheduleError(reason: .truncated) }
    let body = bytes.dropLast(checksumLength)
    guard checksum(of: body) == String(decoding: bytes.suffix(checksumLength), as: UTF8.self)
    else { throw ScheduleError(reason: .wrongChecksum) }
    var reader = NumberReader(characters: body.dropFirst(2))
    self.init(threads: try reader.readThreads(), choices: [])
    try readChoices(&reader)
  }

  private mutating func readChoices(_ reader: inout NumberReader) throws(ScheduleError) {
    var choices: [Choice] = []
    while !reader.isAtEnd {
      let head = try reader.read()
      let thread = head / 2
      let count = try reader.read() + 1
      guard thread < threads.count, count <= Self.limit, choices.count + count <= Self.limit else {
        throw ScheduleError(reason: .inconsistent)
      }
      let labels = try reader.readLabels(count, areGiven: head % 2 == 1)
      for label in labels { choices.append(Choice(thread, label: label)) }
    }
    self = Schedule(threads: threads, choices: choices)
  }

  /// More steps no run has, so a text that speaks of more is wrong.
  private static var limit: Int { 1 << 24 }
}

private func checksum(of bytes: some Sequence<UInt8>) -> String {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  hash = SplitMix64.mix(hash)
  let characters = (0..<checksumLength).map { alphabet[Int(hash >> UInt64(5 * $0) & 31)] }
  return String(decoding: characters, as: UTF8.self)
}

private struct NumberWriter {
  var characters: [UInt8] = []

  mutating func write(_ number: Int) {
    var rest = number
    while rest > 15 {
      characters.append(alphabet[16 + rest & 15])
      rest >>= 4
    }
    characters.append(alphabet[rest])
  }

  /// The labels at these places: how many, and for each the distance to the one before.
  mutating func write(_ places: [Int], of labels: [Int]) {
    write(places.count)
    var next = 0
    for place in places {
      write(place - next)
      write(labels[place])
      next = place + 1
    }
  }
}

private struct NumberReader {
  var characters: ArraySlice<UInt8>

  var isAtEnd: Bool { characters.isEmpty }

  mutating func read() throws(ScheduleError) -> Int {
    var number = 0
    for shift in stride(from: 0, to: 40, by: 4) {
      guard let character = characters.popFirst() else {
        throw ScheduleError(reason: .truncated)
      }
      let digit = alphabet.firstIndex(of: character) ?? 0
      number |= (digit & 15) << shift
      if digit < 16 { return number }
    }
    throw ScheduleError(reason: .inconsistent)
  }

  mutating func readThreads() throws(ScheduleError) -> [Schedule.Origin] {
    var threads: [Schedule.Origin] = []
    for place in 0..<(try read()) {
      let parent = try read()
      guard parent <= place else { throw ScheduleError(reason: .inconsistent) }
      let ordinal = try read()
      threads.append(Schedule.Origin(parent: parent > 0 ? parent - 1 : nil, ordinal: ordinal))
    }
    return threads
  }

  mutating func readLabels(_ count: Int, areGiven: Bool) throws(ScheduleError) -> [Int] {
    var labels = Array(repeating: 0, count: count)
    guard areGiven else { return labels }
    var next = 0
    for _ in 0..<(try read()) {
      let place = next + (try read())
      guard place < count else { throw ScheduleError(reason: .inconsistent) }
      labels[place] = try read()
      next = place + 1
    }
    return labels
  }
}

import Glibc

/// Descriptors that go to another process together with a message.
///
/// In an encoder they belong to the values that were written; in a decoder, to this object.
final class PassedDescriptors {
  /// Where coders have it.
  static let key: CodingUserInfoKey = {
    guard let key = CodingUserInfoKey(rawValue: "interlock.descriptors") else {
      fatalError("every text is a key")
    }
    return key
  }()

  /// How many there may be in a message: so many the system passes on at once.
  static let limit = 250

  private(set) var descriptors: [Int32]
  /// Whoever has the descriptors that were written; they stay open until the message was sent.
  private var owners: [AnyObject] = []
  private let ownsDescriptors: Bool

  /// Those of a message that is being written.
  init() {
    descriptors = []
    ownsDescriptors = false
  }

  /// Those of a message that was received.
  init(received descriptors: [Int32]) {
    self.descriptors = descriptors
    ownsDescriptors = true
  }

  deinit {
    guard ownsDescriptors else { return }
    for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
  }

  /// Adds a descriptor of `owner`.
  ///
  /// - Returns: Its number in the message.
  /// - Throws: ``MessageError`` if there are too many.
  func add(_ descriptor: Int32, of owner: AnyObject) throws(MessageError) -> Int {
    if let known = descriptors.firstIndex(of: descriptor) { return known }
    guard descriptors.count < Self.limit else {
      throw MessageError("a message has more than \(Self.limit) pieces of shared memory")
    }
    descriptors.append(descriptor)
    owners.append(owner)
    return descriptors.count - 1
  }

  /// The descriptor with a number in the message, for the caller to close; `nil` if there is none.
  func take(_ number: Int) -> Int32? {
    guard descriptors.indices.contains(number), descriptors[number] >= 0 else { return nil }
    // A value may stand in a message several times.
    let copy = fcntl(descriptors[number], F_DUPFD_CLOEXEC, 0)
    return copy >= 0 ? copy : nil
  }
}

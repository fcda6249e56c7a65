import CInterlock
import Glibc

/// Processes that share something and have to know of each other whether they live.
///
/// Each has a place in memory that all of them share, with a lock that a thread of it holds as long as the
/// process is a member. The system marks the lock when the process ends, however that happens; so any
/// other one knows by reading a word. A place is used again by a later process, whose *generation* is
/// another one.
///
/// What processes share brings its family along, so a process joins when it gets something for the first
/// time. It leaves when it has let go of everything.
final class ProcessFamily: Sendable {
  /// A process in a family, then and there: another one that has its place later is another member.
  struct Member: BitwiseCopyable, Hashable, Sendable {
    let place: UInt32
    /// 0 for nobody.
    let generation: UInt32

    static let nobody = Member(place: 0, generation: 0)
  }

  /// How many processes can be members at the same time.
  static let limit = 1024
  private static let placeSize = 64
  private static let generationOffset = 48

  /// Those that this process is a member of.
  private static let joined = Guarded<[UInt64: Joined]>([:])

  private struct Joined {
    weak var family: ProcessFamily?
  }

  let memory: SharedMemory
  /// What tells the family from all others.
  let identifier: UInt64
  /// This process.
  let member: Member
  private let mayGo: Event

  private init(_ memory: SharedMemory, _ identifier: UInt64) throws(SharingError) {
    self.memory = memory
    self.identifier = identifier
    let mayGo = Event(name: "family")
    self.mayGo = mayGo
    let found = Mutex<Result<Member, SharingError>?>(nil)
    let isFound = Event()
    do throws(ThreadError) {
      // The lock belongs to a thread: one that ends when nothing is shared any more.
      try spawn(name: "family member") {
        let result = Self.join(memory)
        found.withLock { $0 = result.map(\.member) }
        isFound.set()
        mayGo.wait()
        (try? result.get())?.lock.release(call: "ProcessFamily.leave()")
      }
    } catch {
      throw SharingError(
        .cannotCreate,
        "there is no thread to tell others that this process lives",
        systemError: error.systemError
      )
    }
    isFound.wait()
    guard let result = found.withLock({ $0 }) else { fatalError("the thread has found a place") }
    do throws(SharingError) {
      member = try result.get()
    } catch {
      mayGo.set()
      throw error
    }
  }

  deinit {
    mayGo.set()
  }

  /// Finds a place of which nobody holds the lock.
  static func join(
    _ memory: SharedMemory
  ) -> Result<(member: Member, lock: RobustLock), SharingError> {
    for place in 0..<limit {
      let address = unsafe memory.elements + place * placeSize
      let lock = unsafe RobustLock(at: address)
      guard lock.tryAcquire(call: "ProcessFamily.join()") != nil else { continue }
      let word = generation(memory, place)
      let next = word.load(ordering: .relaxed) &+ 1
      // Ordering (F1): releasing, pairs with the load in `isAlive`.
      word.store(next == 0 ? 1 : next, ordering: .releasing)
      let member = Member(place: UInt32(place), generation: next == 0 ? 1 : next)
      return .success((member, lock))
    }
    return .failure(
      SharingError(.tooManyProcesses, "\(limit) processes share something already")
    )
  }

  private static func generation(_ memory: SharedMemory, _ place: Int) -> SharedWord {
    let address = unsafe memory.elements + place * placeSize + generationOffset
    return unsafe SharedWord(at: address.bindMemory(to: UInt32.self, capacity: 1))
  }

  /// Whether a member has not ended, nor let go of everything.
  func isAlive(_ other: Member) -> Bool {
    if other == member { return true }
    guard other.generation != 0, other.place < Self.limit else { return false }
    let place = Int(other.place)
    // Ordering (F1): acquiring, pairs with the store in `join`.
    guard Self.generation(memory, place).load(ordering: .acquiring) == other.generation else {
      return false
    }
    return unsafe RobustLock(at: memory.elements + place * Self.placeSize).isHeld
  }
}

// Which family it is.
extension ProcessFamily {
  /// The family of what this process shares first: the one that it has, or a new one.
  static func own() throws(SharingError) -> ProcessFamily {
    if let family = joined.withLock({ first(of: $0) }) { return family }
    let memory = try SharedMemory(.family, of: Place.self, count: limit)
    let identifier = UInt64.random(in: 1 ... .max)
    unsafe memory.base.storeBytes(
      of: identifier,
      toByteOffset: identifierOffset,
      as: UInt64.self
    )
    return try family(memory, identifier)
  }

  // Each is looked at once: the last owner may let go of it between two looks.
  private static func first(of joined: [UInt64: Joined]) -> ProcessFamily? {
    for entry in joined.values {
      if let family = entry.family { return family }
    }
    return nil
  }

  /// The family whose memory was received.
  static func of(_ memory: SharedMemory) throws(SharingError) -> ProcessFamily {
    guard try memory.count(.family, of: Place.self) == limit else {
      throw SharingError(.mismatch, "what was received is no family of processes")
    }
    return try family(
      memory,
      unsafe memory.base.load(fromByteOffset: identifierOffset, as: UInt64.self)
    )
  }

  /// The layout's last bytes are free.
  private static let identifierOffset = SharedLayout.size - 8

  private struct Place: BitwiseCopyable {
    var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)
  }

  private static func family(
    _ memory: SharedMemory,
    _ identifier: UInt64
  ) throws(SharingError) -> ProcessFamily {
    if let family = joined.withLock({ $0[identifier]?.family }) { return family }
    let family = try ProcessFamily(memory, identifier)
    // Another thread may have joined meanwhile: being a member twice harms nobody.
    joined.withLock { joined in
      joined = joined.filter { $0.value.family != nil }
      joined[identifier] = Joined(family: family)
    }
    return family
  }
}

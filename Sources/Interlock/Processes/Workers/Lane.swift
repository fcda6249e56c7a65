import CInterlock
import Glibc

/// Part of a mailbox, in which a worker and the process that started it leave messages for each other,
/// in turns.
///
/// # States
///
/// `turn` counts the messages. The worker leaves the first one, its hello, and then the two take
/// turns: after an odd count the parent has the turn, after an even one the worker.
///
/// | bits | hold |
/// |---|---|
/// | 0 | `isAsleep`: whose turn it is not may sleep on the word |
/// | 1 | `look`: something happened outside the mailbox that the sleeper should look at |
/// | 2–31 | the count, modulo 2³⁰ |
///
/// # Invariant
///
/// Only who has the turn writes to its own arena, reads the other one, and touches the header; the
/// count goes up, releasing, as the last thing. So a message is whole or was never sent, wherever its
/// writer was killed. Anybody may set `look`; who waits clears it and then looks.
///
/// No wake is lost: a sleeper sets `isAsleep` by a compare-exchange on the very value that it then
/// sleeps on, and whoever changes the count or sets `look` does so by one as well, sees the bit, and
/// wakes.
@safe
final class Lane: @unchecked Sendable {
  enum End {
    case parent, worker
  }

  /// Why a wait ended.
  enum Awakening {
    /// A message is there.
    case message
    /// Somebody has called `interrupt()`.
    case interrupted
    case timedOut
  }

  private static let asleep: UInt32 = 0b01
  static let look: UInt32 = 0b10
  private static let one: UInt32 = 0b100
  private static let countShift: UInt32 = 2

  /// Where things are in a lane's header, in bytes.
  private enum Place {
    static let turn = 0
    /// How many of the call's inputs the worker has begun, in a cache line of its own.
    static let begun = 64
    static let messageSize = 128
    static let descriptorCount = 136
  }

  /// How many bytes a lane's header has.
  static let headerSize = 4096

  private let memory: MailboxMemory
  private let header: UnsafeMutableRawPointer
  private let turn: SharedWord
  /// Where to write.
  private let outgoing: Arena
  // SAFETY: read by who has the turn, as far as the size in the header says, which is checked.
  private let incoming: UnsafeRawBufferPointer
  /// The count that gives this end the turn.
  private var awaited: UInt32
  /// How large the last message was that this end has sent.
  private var lastSize = 0
  private var spin = SpinBudget()

  // SAFETY (all): `memory` keeps everything mapped. One thread of a process at a time uses a lane, but
  // for `interrupt`, which touches nothing but `turn`.
  init(
    _ end: End,
    in memory: MailboxMemory,
    header: UnsafeMutableRawPointer,
    calls: UnsafeMutableRawBufferPointer,
    replies: UnsafeMutableRawBufferPointer
  ) {
    self.memory = memory
    unsafe self.header = header
    unsafe turn = SharedWord(
      at: (header + Place.turn).bindMemory(to: UInt32.self, capacity: 1)
    )
    switch end {
    case .parent:
      unsafe outgoing = Arena(calls)
      unsafe incoming = UnsafeRawBufferPointer(replies)
      awaited = 1
    case .worker:
      unsafe outgoing = Arena(replies)
      unsafe incoming = UnsafeRawBufferPointer(calls)
      awaited = 0
    }
  }
}

// Messages.
extension Lane {
  /// Whether this end has the turn.
  private func hasTurn(_ bits: UInt32) -> Bool { bits >> Self.countShift == awaited }

  /// An encoder that writes the next message.
  func makeEncoder() -> ValueEncoder {
    outgoing.settle(lastSize)
    return ValueEncoder(arena: outgoing)
  }

  /// Leaves what an encoder of `makeEncoder()` wrote, and gives the turn to the other end.
  func send(_ message: ValueEncoder) {
    let descriptors = message.descriptors
    // Before the message: whoever reads that finds them. If the other end has gone nobody will.
    if !descriptors.isEmpty {
      _ = unsafe interlock_channel_send(memory.channel, descriptors, Int32(descriptors.count))
    }
    unsafe header.storeBytes(
      of: Int32(descriptors.count),
      toByteOffset: Place.descriptorCount,
      as: Int32.self
    )
    lastSize = message.writer.count
    unsafe header.storeBytes(of: UInt64(lastSize), toByteOffset: Place.messageSize, as: UInt64.self)
    awaited = (awaited &+ 2) & (.max >> Self.countShift)
    // Ordering (M1): releasing, pairs with the loads in `wait`.
    let before = turn.update(ordering: .acquiringAndReleasing) { old in
      ((old & ~(Self.one - 1)) &+ Self.one) | (old & Self.look)
    }
    if before & Self.asleep != 0 { turn.wake() }
  }

  /// Waits until this end has the turn.
  func wait(until deadline: Deadline) -> Awakening {
    var bits = spin.look(at: turn) { hasTurn($0) || $0 & Self.look != 0 }
    while true {
      if hasTurn(bits) { return .message }
      if bits & Self.look != 0 {
        // Ordering (M2): acquiring, pairs with the exchange in `interrupt`.
        turn.update(ordering: .acquiringAndReleasing) { $0 & ~Self.look }
        return .interrupted
      }
      let sleeping = bits | Self.asleep
      guard turn.compareExchange(&bits, sleeping, ordering: .acquiring) else { continue }
      let isInTime = turn.sleep(while: sleeping, until: deadline)
      bits = turn.load(ordering: .acquiring)
      if !isInTime, !hasTurn(bits), bits & Self.look == 0 { return .timedOut }
    }
  }

  /// Lets whoever waits look at what happened outside the mailbox.
  func interrupt() {
    // Ordering (M2): releasing, pairs with the exchange in `wait`.
    let before = turn.update(ordering: .acquiringAndReleasing) { $0 | Self.look }
    if before & Self.asleep != 0 { turn.wake(.max) }
  }

  /// Reads the message that is there.
  ///
  /// - Throws: What `body` throws, or ``MessageError`` if there is nothing that could be one.
  func receive<Result>(_ body: (inout WireReader) throws -> Result) throws -> Result {
    let size = unsafe header.load(fromByteOffset: Place.messageSize, as: UInt64.self)
    guard unsafe size <= incoming.count else { throw MessageError("a message has \(size) bytes") }
    let passed = try receiveDescriptors()
    var reader = unsafe WireReader(
      UnsafeRawBufferPointer(rebasing: incoming[..<Int(size)]),
      passed: passed
    )
    return try body(&reader)
  }
}

extension Lane {
  /// What came along with the message.
  private func receiveDescriptors() throws -> PassedDescriptors? {
    let count = unsafe header.load(fromByteOffset: Place.descriptorCount, as: Int32.self)
    if count == 0 { return nil }
    guard count > 0, count <= PassedDescriptors.limit else {
      throw MessageError("a message has \(count) descriptors")
    }
    var descriptors = [Int32](repeating: -1, count: Int(count))
    let received = unsafe interlock_channel_receive(memory.channel, &descriptors, count)
    guard received >= 0 else {
      throw ProcessSystemError(-received, "shared memory cannot be received")
    }
    return PassedDescriptors(received: Array(descriptors.prefix(Int(received))))
  }
}

// How far the worker has come with a call.
extension Lane {
  /// What is known of a call that was sent.
  enum CallProgress: Equatable {
    /// The worker has not seen it.
    case unseen
    /// It has seen it, and runs the function for no input.
    case seen
    /// It runs the function for this one of the inputs.
    case at(Int)
  }

  private var begun: UnsafeMutableRawPointer { unsafe header + Place.begun }

  /// How far the worker has come.
  var callProgress: CallProgress {
    switch unsafe interlock_load_64(begun, LoadOrdering.relaxed.rawValue) {
    case 0: .unseen
    case 1: .seen
    case let number: .at(Int(clamping: number - 2))
    }
  }

  /// Notes how far this worker has come.
  @inline(__always)
  func note(_ progress: CallProgress) {
    let number: UInt64 =
      switch progress {
      case .unseen: 0
      case .seen: 1
      case .at(let index): UInt64(index) + 2
      }
    unsafe interlock_store_64(begun, number, StoreOrdering.relaxed.rawValue)
  }
}

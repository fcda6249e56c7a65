import CInterlock
import Glibc

/// Memory in which a worker and the process that started it leave messages for each other.
///
/// It has some *lanes*, each with one message at a time. Each call says in which lane the next one will
/// come: in the same, if it is sent when this one was answered, or in another, so that it can be sent
/// before. So calls are done in the order in which they are sent, and a worker need not wait for its
/// parent between two that are quick, while large messages use the same memory again and again.
@safe
struct Mailbox {
  /// How many calls may be on their way: so many that a worker which is quick is rarely waited for.
  static let laneCount = 8

  /// How much room there is for each direction of a lane, if the system has no lower limit for it.
  private static let greatestCapacity = 1 << 32
  private static let leastCapacity = 1 << 16

  let lanes: [Lane]
  private let memory: MailboxMemory

  private static func size(capacity: Int) -> Int {
    laneCount * (Lane.headerSize + 2 * capacity)
  }

  /// The lanes one after the other; each has a header, room for calls and room for replies.
  private init(_ memory: MailboxMemory, _ end: Lane.End) {
    self.memory = memory
    let laneSize = memory.size / Self.laneCount
    let capacity = (laneSize - Lane.headerSize) / 2
    // SAFETY: the lanes keep the memory mapped, and do not overlap.
    lanes = (0..<Self.laneCount).map { number in
      let header = unsafe memory.base + number * laneSize
      let calls = unsafe header + Lane.headerSize
      return unsafe Lane(
        end,
        in: memory,
        header: header,
        calls: UnsafeMutableRawBufferPointer(start: calls, count: capacity),
        replies: UnsafeMutableRawBufferPointer(start: calls + capacity, count: capacity)
      )
    }
  }

  /// Makes a mailbox for a worker that is about to be started.
  ///
  /// - Returns: The parent's end, and a descriptor to send to the worker and to close.
  static func make() throws(ProcessSystemError) -> (mailbox: Mailbox, descriptor: Int32) {
    var capacity = Self.greatestCapacity
    while true {
      do throws(ProcessSystemError) {
        return try make(size: size(capacity: capacity))
      } catch {
        // Limits for the sizes of files and of address spaces; smaller messages still fit.
        guard capacity > Self.leastCapacity else { throw error }
        capacity = max(Self.leastCapacity, capacity / 2)
      }
    }
  }

  private static func make(
    size: Int
  ) throws(ProcessSystemError) -> (mailbox: Mailbox, descriptor: Int32) {
    let descriptor = unsafe interlock_memory_create("interlock mailbox", size)
    guard descriptor >= 0 else {
      throw ProcessSystemError(-descriptor, "no memory can be made to share with a worker")
    }
    do throws(ProcessSystemError) {
      return (Mailbox(try MailboxMemory(descriptor, size: size), .parent), descriptor)
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Opens the mailbox that another process made.
  ///
  /// `descriptor` is its memory, and `channel` the socket to that process.
  static func open(
    _ descriptor: Int32,
    channel: Int32
  ) throws(ProcessSystemError) -> Mailbox {
    let size = interlock_memory_size(descriptor)
    guard size >= Self.size(capacity: leastCapacity) else {
      throw ProcessSystemError(size < 0 ? Int32(-size) : EINVAL, "there is no mailbox")
    }
    let mailbox = Mailbox(try MailboxMemory(descriptor, size: size), .worker)
    mailbox.use(channel)
    return mailbox
  }

  /// Sends descriptors through this socket.
  func use(_ channel: Int32) { memory.channel = channel }

  /// Lets whoever waits look at what happened outside the mailbox.
  func interrupt() {
    for lane in lanes { lane.interrupt() }
  }

  /// Interrupts waits of this worker when its parent has gone, and ends it if it is busy.
  ///
  /// Returns an errno value, or 0.
  func watchParent(_ channel: Int32) -> Int32 {
    unsafe interlock_worker_watch_parent(
      channel,
      memory.base,
      memory.size / Self.laneCount,
      Int32(Self.laneCount),
      Lane.look
    )
  }
}

/// A mailbox's memory, as long as somebody uses it.
@safe
final class MailboxMemory: @unchecked Sendable {
  // SAFETY: mapped in `init` and unmapped in `deinit`.
  let base: UnsafeMutableRawPointer
  let size: Int
  /// The socket through which descriptors go along with messages; set before the first message.
  var channel: Int32 = -1

  init(_ descriptor: Int32, size: Int) throws(ProcessSystemError) {
    guard let address = unsafe interlock_memory_map(descriptor, size) else {
      throw ProcessSystemError(errno, "memory shared with a worker cannot be mapped")
    }
    unsafe base = address
    self.size = size
  }

  deinit {
    unsafe munmap(base, size)
  }
}

import CInterlock
import Glibc
import Testing

@testable import Interlock

/// Sends whatever it is told to, past the rules.
private struct Hostile {
  let end: Connection

  func send(_ bytes: [UInt8]) throws {
    let count = unsafe Glibc.send(try end.socket().descriptor, bytes, bytes.count, 0)
    guard count == bytes.count else { throw Stuck("hostile bytes were not sent") }
  }

  func send(_ parcel: interlock_parcel, _ bytes: [UInt8] = [], _ descriptors: [Int32] = []) throws {
    let descriptor = try end.socket().descriptor
    let error = unsafe withUnsafePointer(to: parcel) { parcel in
      unsafe interlock_connection_send(
        descriptor,
        parcel,
        bytes,
        bytes.count,
        descriptors,
        Int32(descriptors.count)
      )
    }
    guard error == 0 else { throw Stuck("a hostile parcel was not sent") }
  }
}

@Suite struct `Hostile bytes at a connection` {
  private static func parcel(
    mark: UInt32 = ReceivedParcel.mark,
    kind: ConnectionSocket.Kind? = .bytes,
    hasMemory: UInt8 = 0,
    descriptors: UInt16 = 0,
    size: UInt64 = 0
  ) -> interlock_parcel {
    interlock_parcel(
      mark: mark,
      kind: kind?.rawValue ?? 77,
      has_memory: hasMemory,
      descriptor_count: descriptors,
      size: size
    )
  }

  /// Whether an error comes of what `attack` sends, and the next message is whole.
  private func survives(_ attack: (Hostile) throws -> Void) throws -> Bool {
    let (here, there) = try Connection.pair()
    try attack(Hostile(end: there))
    try there.send(5)
    do throws(ConnectionError) {
      _ = try here.receiveBytes()
      return false
    } catch {
      guard error.reason == .unreadable else { return false }
    }
    return try here.receive() == 5
  }

  @Test func `are errors, and harm no other message`() throws {
    let garbage = [UInt8](repeating: 0xA5, count: 5000)
    #expect(try survives { try $0.send([1]) })
    #expect(try survives { try $0.send(Array(garbage.prefix(15))) })
    #expect(try survives { try $0.send(garbage) })
    #expect(try survives { try $0.send([UInt8](repeating: 7, count: 100_000)) })
    #expect(try survives { try $0.send(Self.parcel(mark: 1)) })
    #expect(try survives { try $0.send(Self.parcel(kind: nil)) })
    #expect(try survives { try $0.send(Self.parcel(size: 1)) })
    #expect(try survives { try $0.send(Self.parcel(size: .max)) })
    #expect(try survives { try $0.send(Self.parcel(size: 3), [1, 2]) })
    #expect(try survives { try $0.send(Self.parcel(descriptors: 1)) })
    #expect(try survives { try $0.send(Self.parcel(hasMemory: 1, size: 10)) })
    #expect(try survives { try $0.send(Self.parcel(hasMemory: 2)) })
  }

  @Test func `with descriptors are errors, and leave none behind`() throws {
    // In a process of its own, where nobody else opens any.
    let pool = try ProcessPool(workers: 1)
    let found = try pool.run(0) { _ in try Self().survivesDescriptors() }
    let (before, after) = try #require(found.count == 2 ? (found[0], found[1]) : nil)
    #expect(
      after.descriptors <= before.descriptors && after.mappings <= before.mappings,
      "\(found)"
    )
  }

  /// - Returns: What the process had before and has afterwards; nothing if an attack succeeded.
  private func survivesDescriptors() throws -> [Belongings] {
    let size = 1_000_000
    let sparse = unsafe interlock_memory_create("interlock hostile", size)
    let file = unsafe open("/proc/self/exe", O_RDONLY | O_CLOEXEC)
    var pipe: [Int32] = [-1, -1]
    guard unsafe Glibc.pipe(&pipe) == 0, sparse >= 0, file >= 0 else { return [] }
    let large = UInt64(size)
    _ = try survives { try $0.send([1]) }
    let before = Belongings()
    for descriptor in [sparse, file, pipe[0], pipe[1]] {
      let isGood = try [
        // Not expected, or not so many.
        survives { try $0.send(Self.parcel(), [], [descriptor]) },
        survives { try $0.send(Self.parcel(descriptors: 2), [], [descriptor]) },
        // No memory, memory of another size, and memory in which nothing is.
        survives { try $0.send(Self.parcel(hasMemory: 1, size: large), [], [descriptor]) },
        survives { try $0.send(Self.parcel(hasMemory: 1, size: large + 5), [], [descriptor]) },
        survives { try $0.send(Self.parcel(hasMemory: 1, size: .max), [1], [descriptor]) },
        survives { try $0.send(Self.parcel(hasMemory: 1, size: 0), [], [descriptor]) },
      ].allSatisfy(\.self)
      guard isGood else { return [] }
      // Something else where a connection is expected.
      let (here, there) = try Connection.pair()
      try FalseConnection.send(there, passing: descriptor)
      do throws(ConnectionError) {
        _ = try here.receive(Connection.self)
        return []
      } catch {
        guard error.reason == .unreadable else { return [] }
      }
    }
    return [before, Belongings()]
  }

  @Test(arguments: Seed.all)
  func `of any kind are values or errors`(seed: Seed) throws {
    var dice = seed.dice()
    let (here, there) = try Connection.pair()
    let hostile = Hostile(end: there)
    for _ in 0..<5000 {
      let bytes = (0..<Int.random(in: 0..<60, using: &dice)).map { _ in
        UInt8.random(in: 0..<20, using: &dice)
      }
      try hostile.send(Self.parcel(kind: .value, size: UInt64(bytes.count)), bytes)
      do throws(ConnectionError) {
        _ = try here.receive([String: [Int]].self)
      } catch {
        #expect(error.reason == .unreadable)
      }
    }
    try there.send(5)
    #expect(try here.receive() == 5)
  }

  @Test func `are no reason to have more descriptors than the system gives`() throws {
    let pool = try ProcessPool(workers: 1)
    let isGood = try pool.run(0) { _ in
      let (here, there) = try Connection.pair()
      let others = try (0..<20).map { _ in try SharedMemory(byteCount: 10) }
      try here.send(others)
      try here.send(1)
      _ = try there.poll(for: .zero)
      var limit = rlimit(rlim_cur: rlim_t(others[19].descriptor) + 5, rlim_max: 1024)
      guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
        return false
      }
      do throws(ConnectionError) {
        _ = try there.receive([SharedMemory].self)
        return false
      } catch {
        return try error.reason == .unreadable && there.receive() == 1
      }
    }
    #expect(isGood)
  }
}

/// A message in which a descriptor is said to be a connection.
private struct FalseConnection: Encodable {
  let socket: ConnectionSocket

  static func send(_ end: Connection, passing descriptor: Int32) throws {
    try end.send(FalseConnection(socket: ConnectionSocket(dup(descriptor))))
  }

  func encode(to encoder: any Encoder) throws {
    guard let passed = encoder.userInfo[PassedDescriptors.key] as? PassedDescriptors else { return }
    var values = encoder.singleValueContainer()
    try values.encode(passed.add(socket.descriptor, of: socket))
  }
}

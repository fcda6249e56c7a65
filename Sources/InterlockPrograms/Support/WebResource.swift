import CInterlockFetch

/// Something on the web that can be read: an address that begins with `http://` or `https://`.
///
///     let page = WebResource("https://example.org/book.txt")
///     var size = 0
///     try page.read { bytes in
///       size += bytes.count
///       return true
///     }
///
/// Redirects are followed, within http and https. The bytes come as the server has stored them, and
/// nothing but the piece at hand is kept in memory. Reading needs the libcurl of the system; the
/// rest of a program works without it.
public struct WebResource: Codable, Hashable, Sendable {
  /// When to give up.
  public struct Limits: Codable, Hashable, Sendable {
    /// How often a server may send us elsewhere.
    public var redirects = 10
    /// How long it may take until a connection stands.
    public var connecting: Duration = .seconds(10)
    /// How long nothing may arrive, in whole seconds; `nil` means for ever.
    public var stalling: Duration? = .seconds(30)
    /// How long everything may take together; `nil` means for ever.
    public var total: Duration?

    /// Ten redirects, 10 seconds for connecting, 30 seconds of silence.
    public init() {}
  }

  /// The address.
  public let address: String
  /// When to give up.
  public var limits = Limits()
  /// Whether the proxies named in the environment (`http_proxy` and so on) are used.
  public var usesProxy = true

  /// A resource at this address.
  public init(_ address: String) {
    self.address = address
  }

  /// Whether `text` is the address of a resource, rather than the path of a file.
  public static func isAddress(_ text: String) -> Bool {
    ["http://", "https://"].contains { scheme in
      text.prefix(scheme.count).lowercased() == scheme
    }
  }

  /// Reads the resource from its beginning to its end.
  ///
  /// Blocks the calling thread; several threads may read at the same time.
  ///
  /// - Parameters:
  ///   - shouldStop: Whether to end early; asked at least once a second.
  ///   - receive: Is given the bytes, piece by piece, and answers whether to go on.
  /// - Returns: Whether everything was read; `false` if one of the functions ended it.
  /// - Throws: ``InputFailure`` if the resource cannot be read, or not to its end.
  @discardableResult
  public func read(
    unless shouldStop: () -> Bool = { false },
    _ receive: (UnsafeRawBufferPointer) -> Bool
  ) throws(InputFailure) -> Bool {
    // SAFETY: libcurl calls both only while `interlock_fetch` runs.
    let (outcome, explanation) = withoutActuallyEscaping(shouldStop) { shouldStop in
      unsafe withoutActuallyEscaping(receive) { receive in
        unsafe fetch(FetchCallbacks(shouldStop: shouldStop, receive: receive))
      }
    }
    switch outcome {
    case INTERLOCK_FETCH_DONE: return true
    case INTERLOCK_FETCH_STOPPED: return false
    default: throw InputFailure(input: address, reason: explanation)
    }
  }

  private func fetch(_ callbacks: FetchCallbacks) -> (interlock_fetch_outcome, String) {
    var callbacks = callbacks
    var limits = interlock_fetch_limits(
      redirects: UInt32(clamping: limits.redirects),
      connect_milliseconds: limits.connecting.wholeMilliseconds,
      stall_seconds: limits.stalling.map { max(1, $0.wholeMilliseconds / 1000) } ?? 0,
      total_milliseconds: limits.total.map { $0.wholeMilliseconds } ?? 0
    )
    return unsafe withUnsafeTemporaryAllocation(
      of: CChar.self,
      capacity: Int(INTERLOCK_FETCH_EXPLANATION_SIZE)
    ) { explanation in
      // SAFETY: the function writes a text with a zero at its end, and no more than fits. The
      // context is a pointer to `callbacks`, which lives until it returns.
      let outcome = unsafe withUnsafeMutablePointer(to: &callbacks) { callbacks in
        unsafe interlock_fetch(
          address,
          &limits,
          usesProxy,
          { bytes, count, context in
            guard let callbacks = unsafe FetchCallbacks.pointer(context) else { return false }
            return unsafe callbacks.pointee.receive(
              UnsafeRawBufferPointer(start: bytes, count: count)
            )
          },
          { context in
            guard let callbacks = unsafe FetchCallbacks.pointer(context) else { return true }
            return unsafe callbacks.pointee.shouldStop()
          },
          callbacks,
          explanation.baseAddress
        )
      }
      guard let text = explanation.baseAddress else { return (outcome, "") }
      return unsafe (outcome, String(cString: text))
    }
  }
}

/// The functions of a caller, where C can find them.
@safe
private struct FetchCallbacks {
  let shouldStop: () -> Bool
  let receive: (UnsafeRawBufferPointer) -> Bool

  static func pointer(_ context: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<FetchCallbacks>?
  {
    unsafe context?.assumingMemoryBound(to: FetchCallbacks.self)
  }
}

extension Duration {
  /// At least 1, because libcurl takes 0 for "no limit", and at most what it can hold.
  fileprivate var wholeMilliseconds: UInt32 {
    let (seconds, attoseconds) = components
    let milliseconds = Int128(seconds) * 1000 + Int128(attoseconds) / 1_000_000_000_000_000
    return UInt32(clamping: min(max(1, milliseconds), Int128(Int32.max)))
  }
}

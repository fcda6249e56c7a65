import Glibc

/// The CPU time that control groups leave to this process.
enum ControlGroup {
  /// How many CPUs' worth of time the process may use, or `nil` if nothing limits it.
  ///
  /// A group is limited by itself and by all groups around it; the smallest limit counts.
  static var processorQuota: Double? {
    guard let membership = contents(of: "/proc/self/cgroup") else { return nil }
    return quota(membership: membership, contents: contents(of:))
  }

  /// The quota of a process whose `/proc/self/cgroup` reads `membership`.
  ///
  /// Version 2 has one line, `0::/path`, and `cpu.max` with `quota period` or `max period` in
  /// microseconds; version 1 has a line with the controller `cpu`, and two files. Inside a container
  /// the path may not exist below the mount point; then the root, which is the container's, counts.
  static func quota(membership: String, contents: (String) -> String?) -> Double? {
    var least: Double?
    for line in membership.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let isVersion2 = fields[0] == "0" && fields[1].isEmpty
      guard isVersion2 || fields[1].split(separator: ",").contains("cpu") else { continue }
      for path in withParents(fields[2]) {
        let limit: String?
        if isVersion2 {
          limit = contents("/sys/fs/cgroup\(path)/cpu.max")
        } else {
          let folder = "/sys/fs/cgroup/\(fields[1])\(path)"
          limit = contents("\(folder)/cpu.cfs_quota_us").flatMap { quota in
            contents("\(folder)/cpu.cfs_period_us").map { "\(quota) \($0)" }
          }
        }
        guard let quota = limit.flatMap(parseMaximum) else { continue }
        least = min(least ?? quota, quota)
      }
    }
    return least
  }

  /// `/a/b` gives `/a/b`, `/a` and the empty path.
  private static func withParents(_ path: Substring) -> [String] {
    let names = path.split(separator: "/")
    return (0...names.count).reversed().map { count in
      names.prefix(count).map { "/\($0)" }.joined()
    }
  }

  /// CPUs from `quota period`; `nil` for no limit (`max`, -1) and for anything else.
  private static func parseMaximum(_ text: String) -> Double? {
    let words = text.split { $0 == " " || $0 == "\n" }
    guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]),
      quota > 0, period > 0
    else { return nil }
    return quota / period
  }

  private static func contents(of path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let size = 4096
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = unsafe max(0, read(descriptor, buffer.baseAddress, size))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

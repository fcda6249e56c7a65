import Glibc
import Interlock

/// Where a run took place, and how busy it was there.
struct Machine: CustomStringConvertible {
  let processors = Processors.available
  /// The system's load averages of the last 1, 5 and 15 minutes, before the run.
  let load: [Double] = {
    var load = [0.0, 0.0, 0.0]
    // SAFETY: the call writes at most as many numbers as the array has.
    let count = unsafe getloadavg(&load, 3)
    return Array(load.prefix(max(0, Int(count))))
  }()

  /// The description and the load, and what the load means for the figures.
  var report: String {
    let figures = load.map { Figures.fixed($0, 2) }.joined(separator: ", ")
    let isBusy = (load.first ?? 0) > 0.3
    let warning = isBusy ? "\nThis machine is busy: trust cpu more than wall, and repeat." : ""
    return "\(description), load \(figures)\(warning)\n"
  }

  var description: String {
    var system = utsname()
    // SAFETY: the call writes one `utsname`, whose members end with a zero.
    _ = unsafe uname(&system)
    let release = unsafe withUnsafeBytes(of: &system.release) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let architecture = unsafe withUnsafeBytes(of: &system.machine) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return "\(processors) CPUs (\(architecture)), Linux \(release)"
  }
}

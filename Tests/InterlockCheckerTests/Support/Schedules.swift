import Glibc

/// How many schedules a random test tries: a few, or as many as `INTERLOCK_SCHEDULES` says.
func scheduleCount(orElse few: Int) -> Int {
  unsafe getenv("INTERLOCK_SCHEDULES").flatMap { unsafe Int(String(cString: $0)) } ?? few
}

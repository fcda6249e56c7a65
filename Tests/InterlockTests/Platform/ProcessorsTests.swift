import Testing

@testable import Interlock

@Suite struct `The processors` {
  @Test func `that are available are at least one`() {
    #expect(Processors.available >= 1)
    #expect(Processors.available == Processors.available)
  }
}

@Suite struct `The processor time of a control group` {
  private func quota(_ membership: String, _ files: [String: String]) -> Double? {
    ControlGroup.quota(membership: membership) { files[$0] }
  }

  @Test(
    arguments: [
      ("150000 100000\n", 1.5), ("max 100000\n", nil), ("50000 100000", 0.5), ("", nil),
      ("100000", nil), ("100000 0", nil), ("0 100000", nil), ("-5 100000", nil),
      ("1 2 3", nil), ("many 100000", nil), ("100000\n100000\n", 1.0),
    ] as [(String, Double?)]
  )
  func `of version 2 is quota over period`(text: String, expected: Double?) {
    #expect(quota("0::/app\n", ["/sys/fs/cgroup/app/cpu.max": text]) == expected)
  }

  @Test(
    arguments: [
      ("200000\n", "100000\n", 2.0), ("-1\n", "100000\n", nil), ("50000\n", "0\n", nil),
      ("", "100000", nil),
    ] as [(String, String, Double?)]
  )
  func `of version 1 stands in two files`(quotaText: String, period: String, expected: Double?) {
    let folder = "/sys/fs/cgroup/cpu,cpuacct/docker/7f"
    let files = [
      "\(folder)/cpu.cfs_quota_us": quotaText, "\(folder)/cpu.cfs_period_us": period,
    ]
    let membership = """
      12:pids:/docker/7f
      4:cpu,cpuacct:/docker/7f
      1:name=systemd:/docker/7f
      0::/docker/7f
      """
    #expect(quota(membership, files) == expected)
  }

  @Test func `is the smallest of the groups around the process`() {
    let files = [
      "/sys/fs/cgroup/cpu.max": "800000 100000\n",
      "/sys/fs/cgroup/a/cpu.max": "200000 100000\n",
      "/sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/a/b/c/cpu.max": "300000 100000\n",
    ]
    #expect(quota("0::/a/b/c\n", files) == 2)
    #expect(quota("0::/a/b\n", files) == 2)
    #expect(quota("0::/\n", files) == 8)
    #expect(quota("0::/somewhere/else\n", files) == 8)
  }

  @Test func `counts in a container where the group's path does not exist`() {
    #expect(quota("0::/docker/7f\n", ["/sys/fs/cgroup/cpu.max": "50000 100000\n"]) == 0.5)
    let folder = "/sys/fs/cgroup/cpu"
    let files = [
      "\(folder)/cpu.cfs_quota_us": "50000\n", "\(folder)/cpu.cfs_period_us": "100000\n",
    ]
    #expect(quota("3:cpu:/docker/7f\n", files) == 0.5)
  }

  @Test(arguments: ["", "\n", "garbage", "0:/", "1:memory:/a\n", "::::", "7:cpuset:/a"])
  func `is none where there is no such group`(membership: String) {
    #expect(quota(membership, ["/sys/fs/cgroup/a/cpu.max": "50000 100000"]) == nil)
  }

  @Test func `keeps colons in the group's name`() {
    #expect(quota("0::/a:b\n", ["/sys/fs/cgroup/a:b/cpu.max": "50000 100000"]) == 0.5)
  }
}

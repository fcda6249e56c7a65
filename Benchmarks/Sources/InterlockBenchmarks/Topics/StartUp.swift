extension Benchmark {
  /// What starting the command costs.
  static func startUp(_ settings: Settings) -> Benchmark {
    Benchmark(
      name: "start-up",
      operation: "one run of a program that does next to nothing",
      ours: [ChildProcess("interlock --version", [settings.command, "--version"])],
      peers: [ChildProcess("/bin/true", ["/bin/true"])],
      bars: [Bar(.cpu, .atMost(6e-3), against: ["/bin/true"])],
      rounds: 40,
      prepare: settings.requireCommand
    )
  }
}

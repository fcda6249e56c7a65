#if Command
import ArgumentParser
import InterlockPrograms

// The modes of the programs are values of --mode.
extension LetterCounter.Mode: ExpressibleByArgument {}
extension FileSearch.Mode: ExpressibleByArgument {}
extension AreaMeasurer.Mode: ExpressibleByArgument {}
extension WindCounter.Mode: ExpressibleByArgument {}
extension MatrixMultiplier.Mode: ExpressibleByArgument {}
extension MatrixNumber: ExpressibleByArgument {}
extension Example: ExpressibleByArgument {}
extension Example.Mode: ExpressibleByArgument {}
extension Bank.Mode: ExpressibleByArgument {}
extension Outage.Mode: ExpressibleByArgument {}
extension Robots.Mode: ExpressibleByArgument {}
extension Philosophers.Mode: ExpressibleByArgument {}
extension Trains.Mode: ExpressibleByArgument {}

extension WeatherStation: ExpressibleByArgument {
  /// The station of a code.
  public init?(argument: String) { self.init(argument) }

  /// How the help shows the default.
  public var defaultValueDescription: String { code }
}
#endif

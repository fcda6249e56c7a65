#if Command
import ArgumentParser
import InterlockPrograms

// The modes of the programs are values of --mode.
extension LetterCounter.Mode: ExpressibleByArgument {}
extension FileSearch.Mode: ExpressibleByArgument {}
extension AreaMeasurer.Mode: ExpressibleByArgument {}
extension Example: ExpressibleByArgument {}
extension Example.Mode: ExpressibleByArgument {}
extension Bank.Mode: ExpressibleByArgument {}
extension Outage.Mode: ExpressibleByArgument {}
#endif

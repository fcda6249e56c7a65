import InterlockPrograms
import Testing

@Suite struct `What is known about the railway` {
  private func state(after actions: [(Int, TrainEvent.Action)]) -> RailwayState {
    var state = RailwayState(Railway())
    for (place, (train, action)) in actions.enumerated() {
      state.apply(TrainEvent(train: train, position: 100 + place, action: action))
    }
    return state
  }

  @Test func `is at first that nobody has moved and nothing is reserved`() {
    let state = state(after: [])
    for number in 1...4 {
      #expect(state.train(number).position == 0)
      #expect(state.train(number).wanted == nil)
      #expect(!state.train(number).hasArrived)
      #expect(state.owner(ofCrossing: number) == nil)
    }
  }

  @Test func `is where trains are, what they want and what they have`() {
    let state = state(after: [
      (1, .ask(crossing: 1)), (2, .ask(crossing: 2)), (1, .reserve(crossing: 1)), (1, .move),
      (3, .arrive),
    ])
    #expect(state.train(1).position == 103)
    #expect(state.train(1).wanted == nil)
    #expect(state.train(2).wanted == 2)
    #expect(state.owner(ofCrossing: 1) == 1)
    #expect(state.owner(ofCrossing: 2) == nil)
    #expect(state.train(3).hasArrived)
  }

  @Test func `is that a crossing is free again when a train has left it`() {
    let state = state(after: [(1, .reserve(crossing: 2)), (1, .leave(crossing: 2))])
    #expect(state.owner(ofCrossing: 2) == nil)
  }
}

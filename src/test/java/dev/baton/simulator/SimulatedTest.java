package dev.baton.simulator;

import org.junit.jupiter.api.AfterEach;

/** A fresh simulator for each test. */
abstract class SimulatedTest {

  final Simulator simulator = Simulator.start(0);
  final Client client = new Client(simulator);

  @AfterEach
  void close() {
    simulator.close();
  }

  /** Changes the script; single quotes stand for double ones. */
  void script(String json) {
    simulator.script(json.replace('\'', '"'));
  }
}

package dev.baton.benchmark;

/** What is known of a slot. Costs are for one turn, or one conversation. */
enum Metric {
  /** Milliseconds of all processors, of which the next three. */
  CPU,
  CPU_JVM,
  CPU_POSTGRES,
  CPU_BOT,
  /** Turns (or transfers) a second. */
  RATE,
  /** Of a turn (or transfer), in milliseconds. */
  P50,
  P99,
  /** SQL statements except for those that begin and commit; zero while they are not counted. */
  STATEMENTS,
  /** Transactions that wrote something. */
  TRANSACTIONS,
  WAL_BYTES,
  /** How many cores others were using meanwhile, and what was stolen from the machine. */
  OTHER_CORES,
  STOLEN_CORES,
  /** Turns that failed. */
  ERRORS
}

package dev.baton.engine.plugin;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.camunda.bpm.engine.ProcessEngine;
import org.camunda.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;
import org.camunda.bpm.engine.impl.jobexecutor.JobExecutor;
import org.camunda.bpm.engine.spring.components.jobexecutor.SpringJobExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** The engine's timers, as far as their end matters. */
public final class Timers {

  private final JobExecutor jobs;

  /** Of this engine. */
  public Timers(ProcessEngine engine) {
    jobs =
        ((ProcessEngineConfigurationImpl) engine.getProcessEngineConfiguration()).getJobExecutor();
  }

  /**
   * No timer fires on this node any more; those that did are finished. A timer that is cut off by
   * the end of the database's pool stays locked, and fires on no node until its lock runs out,
   * minutes later.
   */
  public void stop(Duration atMost) {
    jobs.shutdown();
    if (jobs instanceof SpringJobExecutor spring
        && spring.getTaskExecutor() instanceof ThreadPoolTaskExecutor threads) {
      long deadline = System.nanoTime() + atMost.toNanos();
      try {
        while (threads.getActiveCount() + threads.getQueueSize() > 0
            && System.nanoTime() < deadline) {
          TimeUnit.MILLISECONDS.sleep(20);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

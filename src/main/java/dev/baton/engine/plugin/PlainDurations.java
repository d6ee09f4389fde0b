package dev.baton.engine.plugin;

import java.time.Duration;
import java.util.Date;
import java.util.regex.Pattern;
import org.camunda.bpm.engine.impl.calendar.BusinessCalendarManager;
import org.camunda.bpm.engine.impl.calendar.DurationBusinessCalendar;
import org.camunda.bpm.engine.impl.calendar.MapBusinessCalendarManager;
import org.camunda.bpm.engine.impl.util.ClockUtil;
import org.jspecify.annotations.Nullable;

/**
 * When timers are due that run for some hours, minutes and seconds. The engine would look through
 * the whole class path, for each timer anew, for somebody who can read a duration.
 */
final class PlainDurations extends DurationBusinessCalendar {

  /** Longer ones, and what depends on the calendar, are left to the engine. */
  private static final Pattern PLAIN =
      Pattern.compile("PT(?=\\d)(\\d{1,6}H)?(\\d{1,6}M)?(\\d{1,6}S)?");

  /** Takes the place of the engine's own, unless it has another one. */
  static void addTo(BusinessCalendarManager calendars) {
    if (calendars instanceof MapBusinessCalendarManager map
        && map.getBusinessCalendar(NAME).getClass() == DurationBusinessCalendar.class) {
      map.addBusinessCalendar(NAME, new PlainDurations());
    }
  }

  @Override
  public Date resolveDuedate(String duration, @Nullable Date start) {
    if (!PLAIN.matcher(duration).matches()) {
      return super.resolveDuedate(duration, start);
    }
    Date from = start == null ? ClockUtil.getCurrentTime() : start;
    return Date.from(from.toInstant().plus(Duration.parse(duration)));
  }
}

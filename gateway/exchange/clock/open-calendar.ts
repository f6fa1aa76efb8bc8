import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type Calendar, createCalendar } from './calendar.ts';
import { noticeFiles, readNotices } from './notices.ts';

interface Reporter {
  info(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** A calendar that follows its folder. */
export interface OpenCalendar extends Calendar {
  /** Told when a notice has come or was changed. */
  onChange(listener: () => void): void;
  close(): void;
}

/** A file that came or changed is seen within this time. */
const POLL_MS = 2_000;

/** Opens the calendar of a folder. Throws when a file is wrong; one that becomes wrong is reported, and changes nothing. */
export function openCalendar(folder: string, report: Reporter): OpenCalendar {
  let calendar = createCalendar(readNotices(folder));
  let version = versionOf(folder);
  const listeners: (() => void)[] = [];
  const look = (): void => {
    const now = versionOf(folder);
    if (now === version) return;
    version = now;
    try {
      calendar = createCalendar(readNotices(folder));
      report.info({ folder }, 'the calendar was read again');
      for (const listener of listeners) listener();
    } catch (error) {
      report.error({ folder, error }, 'the calendar cannot be read: deadlines count as before');
    }
  };
  const timer = setInterval(look, POLL_MS);
  timer.unref();
  return {
    isWorkingDay: (day) => calendar.isWorkingDay(day),
    isSettled: (day) => calendar.isSettled(day),
    onChange: (listener) => void listeners.push(listener),
    close: () => clearInterval(timer),
  };
}

function versionOf(folder: string): string {
  return noticeFiles(folder)
    .map((name) => {
      const stat = statSync(join(folder, name), { throwIfNoEntry: false });
      return `${name} ${stat?.mtimeMs} ${stat?.size} ${stat?.ino}`;
    })
    .join('\n');
}

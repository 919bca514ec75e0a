/** Whether an officer kept its time: every slot between its first and its last is there, once, done or missed. */
import type { Officer } from '../../../workflows/messages/officers.ts';
import type { Violation } from '../../exam.ts';
import type { Slot } from './officers-rig.ts';

export function judgeSlots(officer: Officer, slots: readonly Slot[], everyMs: number): Violation[] {
  return slots.flatMap(({ slotMs, state }, i): Violation[] => {
    const before = slots[i - 1]?.slotMs ?? slotMs - everyMs;
    const where = `${officer} at ${slotMs}`;
    return [
      ...(slotMs % everyMs === 0 ? [] : [{ kind: 'offSlot', where }]),
      ...(slotMs - before === everyMs ? [] : [{ kind: slotMs === before ? 'twice' : 'gap', where }]),
      ...(state === 'done' || state === 'missed' ? [] : [{ kind: 'slotState', where: `${where}: ${state}` }]),
    ];
  });
}

/** The lives of words about an officer's decision, said by the rules: no key, no network, the same every time. */
import { appendEvents } from '../../../db/events.ts';
import { officerCommentaryId } from '../../../workflows/messages/officer-commentary.ts';
import { openModelsInProcess } from '../models-in-process.ts';
import { ended, type Scenario } from './scenario.ts';

const AT_MS = Date.parse('2024-02-10T00:00:00Z');
const NO_SUCH_EVENT = 999_999;

const SWITCH = {
  type: 'ceo_mode_switch',
  payload: { oldMode: 'growth', newMode: 'defensive', reason: 'daily drawdown 4.12 % from 4.00 %' },
  correlationId: 'switch-of-the-mode',
  atMs: AT_MS,
};

export const COMMENTARY_SCENARIOS: readonly Scenario[] = [
  {
    name: 'commentary',
    play: async (desk) => {
      const models = await openModelsInProcess(desk);
      try {
        const told = officerCommentaryId(Number(await appendEvents(desk.db, [SWITCH])));
        const ofNothing = officerCommentaryId(NO_SUCH_EVENT);
        await (await models.start('officerCommentary', told, {}, 'research')).result();
        await (await models.start('officerCommentary', ofNothing, {}, 'research')).result().catch(() => undefined);
        return [ended('commentary-told', told), ended('commentary-of-no-event', ofNothing)];
      } finally {
        await models.close();
      }
    },
  },
];

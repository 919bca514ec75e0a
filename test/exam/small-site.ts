/** A site for small desks out of the test run's own Postgres. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { furnish, type Site } from '../../exam/small-desk/site.ts';
import { createTestDatabase } from '../setup/database.ts';

export function smallSite(): Site {
  const folder = mkdtempSync(path.join(tmpdir(), 'quarterdeck-small-desk-'));
  return {
    folder,
    newDatabase: async () => {
      const { url, appUrl, close } = await createTestDatabase();
      await furnish(url);
      return { url, appUrl, drop: close };
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

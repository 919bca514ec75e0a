/** Runs the checker as a process of its own and answers its findings as violations. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { programRunner, projectFolder } from '../../scripts/lib/paths.ts';
import type { Figures, Violation } from '../exam.ts';
import type { Rig } from './rig.ts';

const answerSchema = z.object({
  findings: z.array(z.object({ kind: z.string(), where: z.string() })),
  figures: z.record(z.string(), z.unknown()),
});

export type CheckOptions = {
  readonly deskAccount: string;
  /** Orders may rest at the end where both sides say so. @default false */
  readonly mayRest?: boolean;
  /** @default false */
  readonly mayBeFrozen?: boolean;
};

/** @throws Error when the checker itself fails */
export async function checkBooks(
  rig: Pick<Rig, 'adminUrl' | 'venue'>,
  { deskAccount, mayRest = false, mayBeFrozen = false }: CheckOptions,
): Promise<{ readonly violations: readonly Violation[]; readonly figures: Figures }> {
  const { journal, account: venueAccount } = rig.venue;
  const question = { journal, databaseUrl: rig.adminUrl, deskAccount, venueAccount, mayRest, mayBeFrozen };
  const program = path.join(projectFolder, 'exam', 'checker', 'check.ts');
  const child = spawn(process.execPath, [programRunner, program], { cwd: projectFolder, stdio: 'pipe' });
  child.stdin.end(JSON.stringify(question));
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (out === '') throw new Error(`the checker failed: ${error.slice(-800)}`);
  const { findings, figures } = answerSchema.parse(JSON.parse(out));
  return { violations: findings, figures };
}

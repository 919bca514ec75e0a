/** The command line of `npm run exam`: what would be left unheard is refused. */
import { expect, it } from 'vitest';
import { readExamCommand } from '../../exam/exam-flags.ts';
import { InvalidInput } from '../../schemas/problem.ts';

const refusals = (line: string): Promise<string[]> =>
  readExamCommand(line.split(' ')).then(
    () => [],
    (error: unknown) => {
      if (error instanceof InvalidInput) return error.problems.map(({ code, path }) => `${code} ${path}`);
      throw error;
    },
  );

it('takes one of --size and --seeds, each under its own name', async () => {
  expect(await readExamCommand(['simulation', '--seeds', '7'])).toMatchObject({ options: { size: 7 } });
  expect(await refusals('simulation --size 7 --seeds 7')).toEqual(['ARGUMENT_VALUE --seeds']);
  expect(await refusals('simulation --seeds 0')).toEqual(['ARGUMENT_VALUE --seeds']);
  expect(await refusals('simulation --size 0')).toEqual(['ARGUMENT_VALUE --size']);
});

it('writes the report without the flags of an exam', async () => {
  expect(await readExamCommand(['report', '--json'])).toEqual({ kind: 'report' });
  expect(await refusals('report --seed 4 --control lenient')).toEqual([
    'ARGUMENT_UNKNOWN --seed',
    'ARGUMENT_UNKNOWN --control',
  ]);
});

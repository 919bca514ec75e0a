import { Command } from '@commander-js/extra-typings';
import { describe, expect, it } from 'vitest';
import { agentTrainingInputSchema } from '../../../schemas/agent-training.ts';
import { InvalidInput } from '../../../schemas/problem.ts';
import { readAnswerCommand } from '../../../scripts/lib/approvals/answer-flags.ts';
import { namedScript, parseWithWord } from '../../../scripts/lib/command-table.ts';
import { parseFlags, wholeNumber } from '../../../scripts/lib/flags.ts';
import { parseJsonBytes } from '../../../scripts/lib/json-bytes.ts';
import { readRunFlags } from '../../../scripts/lib/research/run-flags.ts';
import { readStartFlags } from '../../../scripts/lib/start-flags.ts';

const TRAINING = '--input examples/agent-training.json --follow';

function mistakes(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems.map(({ code, path }) => `${code} ${path}`);
    throw error;
  }
  return [];
}

describe('flags', () => {
  const program = () => new Command('x').option('--file <name>').option('--number <n>').option('--json');

  it('reads what it knows, in both spellings', () => {
    const command = program();
    parseFlags(command, () => [], ['--file=a b', '--number', '-3', '--json']);
    expect(command.opts()).toEqual({ file: 'a b', number: '-3', json: true });
  });

  it('lists an unknown flag, a stray word and a missing value together', () => {
    expect(mistakes(() => parseFlags(program(), () => [], ['word', '--flie', 'x', '--json', '--file']))).toEqual([
      'ARGUMENT_MISSING --file',
      'ARGUMENT_UNKNOWN --flie',
      'ARGUMENT_UNKNOWN argument',
    ]);
  });

  it('refuses two values of one flag, of which one would go unheard', () => {
    const parse = (words: string) => mistakes(() => parseFlags(program(), () => [], words.split(' ')));
    expect(parse('--file a --file=b')).toEqual(['ARGUMENT_CONFLICT --file']);
    expect(parse('--file a --file a --json --json')).toEqual([]);
    expect(parse('--file --number --number 1')).toEqual([]);
    const collects = new Command('x').option('--limit <k>', 'any number', (one, all: string[]) => [...all, one], []);
    parseFlags(collects, () => [], ['--limit', 'a', '--limit', 'b']);
    expect(collects.opts()).toEqual({ limit: ['a', 'b'] });
  });

  it('adds what the caller finds', () => {
    const check = () => {
      const problems: Parameters<typeof wholeNumber>[4] = [];
      wholeNumber('--number', '1.5', 1, 9, problems);
      wholeNumber('--number', '10', 1, 9, problems);
      return problems;
    };
    expect(mistakes(() => parseFlags(program(), check, []))).toHaveLength(2);
  });
});

describe('the flags of npm start', () => {
  it('has the defaults of the main job', () => {
    const defaults = { once: false, count: 2000, seed: 1, strategy: 'momentum', json: false, officers: true };
    expect(readStartFlags([])).toEqual(defaults);
    expect(readStartFlags(['--no-officers'])).toEqual({ ...defaults, officers: false });
  });

  it('reads a run over a file', () => {
    const flags = readStartFlags([
      '--once',
      '--bars',
      'package.json',
      '--symbol',
      'BTC/USDT',
      '--interval',
      '1h',
      '--json',
    ]);
    expect(flags).toMatchObject({ once: true, symbol: 'BTC/USDT', interval: '1h', json: true });
    expect(flags.bars).toBe(`${process.cwd()}/package.json`);
  });

  it('lists every mistake before anything is started', () => {
    const argv = ['--once', '--bogus', '--seed', 'x', '--strategy', 'momentun', '--bars', 'nofile', '--interval', '60'];
    expect(mistakes(() => readStartFlags(argv))).toEqual([
      'ARGUMENT_UNKNOWN --bogus',
      'ARGUMENT_VALUE --bars',
      'ARGUMENT_MISSING --symbol',
      'ARGUMENT_VALUE --strategy',
      'INPUT_RANGE --interval',
      'ARGUMENT_VALUE --seed',
    ]);
  });

  it.each([
    [['--count', '0']],
    [['--count', '1000001']],
    [['--seed', '-1']],
    [['--seed', '4294967296']],
    [['--symbol', 'btc']],
    [['--bars', 'package.json', '--symbol', 'A', '--interval', '1h', '--count', '5']],
  ])('refuses %j', (argv) => {
    expect(mistakes(() => readStartFlags(argv))).toHaveLength(1);
  });
});

describe('a word that belongs to no flag', () => {
  const command = () => namedScript('x', 'WHAT').option('--limit <n>');

  it('is found before and behind the flags, and missed together with what else is wrong', () => {
    expect(parseWithWord(command(), ['--json', 'this'], 'WHAT')).toBe('this');
    expect(parseWithWord(command(), ['this', '--limit', '3'], 'WHAT')).toBe('this');
    expect(mistakes(() => parseWithWord(command(), ['--limit', '3', '--bogus'], 'WHAT'))).toEqual([
      'ARGUMENT_UNKNOWN --bogus',
      'ARGUMENT_MISSING WHAT',
    ]);
    expect(mistakes(() => parseWithWord(command(), [''], 'WHAT'))).toEqual(['ARGUMENT_MISSING WHAT']);
  });

  it('is not looked for where a list is asked for, and nothing else is let through', () => {
    expect(readAnswerCommand('approve', ['--list', '--json'])).toEqual({ kind: 'list' });
    expect(mistakes(() => readAnswerCommand('deny', ['--list', '--hash', 'x', 'order', '--bogus']))).toEqual([
      'ARGUMENT_UNKNOWN --bogus',
      'ARGUMENT_UNKNOWN argument',
      'ARGUMENT_CONFLICT --hash',
    ]);
  });
});

describe('the flags of a run of research', () => {
  it('refuses a page that could not be written when the run has ended', () => {
    const schema = agentTrainingInputSchema;
    const read = (html: string) => () =>
      readRunFlags('train', 'Trains.', schema, `${TRAINING} --html ${html}`.split(' '));
    expect(mistakes(read('package.json/page.html'))).toEqual(['OUTPUT_NOT_WRITABLE --html']);
    expect(read('page.html')()).toMatchObject({ follow: true });
  });
});

describe('a document', () => {
  const json = (text: string) => parseJsonBytes(Buffer.from(text, 'utf8'));

  it('is read with a byte order mark as without, and refused where it is no UTF-8', () => {
    expect(json('\uFEFF{"a":"ü"}\r\n')).toEqual({ a: 'ü' });
    expect(json('{"a":"ü"}')).toEqual({ a: 'ü' });
    expect(() => parseJsonBytes(Buffer.from('{"a":"ü"}', 'latin1'))).toThrow(TypeError);
  });
});
